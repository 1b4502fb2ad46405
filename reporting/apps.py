"""Tells Django that this room exists and loads its system checks."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """The room that tells USH what changed."""

    name = "reporting"
    verbose_name = "Delivery to USH"

    def ready(self) -> None:
        """Register the system checks; nothing else happens at start-up."""
        from . import checks  # noqa: F401, PLC0415  registration is the import itself
