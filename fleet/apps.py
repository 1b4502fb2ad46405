"""Tells Django of the project itself, so that every process of Fleet knows the same broker."""

from django.apps import AppConfig

# Loaded here and not in fleet/__init__.py: the supervisor imports the package without Django.
from fleet import celery as celery


class FleetConfig(AppConfig):
    """The wiring."""

    name = "fleet"
    verbose_name = "Fleet"
