"""The devices app: the mirror of the device cloud, its history, and staff's hands on it."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Registers the models of the mirror and its start-up checks."""

    name = "devices"
    verbose_name = "Devices"
