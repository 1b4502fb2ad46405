"""Tells Django of this room."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    """The dialect that all REST calls speak."""

    name = "rest"
    verbose_name = "REST"
