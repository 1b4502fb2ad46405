"""Tells Django of the project itself, so that every process of Fleet knows the same broker."""

from django.apps import AppConfig

# Loaded here and not in fleet/__init__.py: the supervisor imports the package without Django.
from fleet import celery as celery
from fleet import moments


class FleetConfig(AppConfig):
    """The wiring."""

    name = "fleet"
    verbose_name = "Fleet"

    def ready(self) -> None:
        """Prepare what every connection to the database is made from."""
        moments.read_quickly()
