"""Registers the room with Django. Starts nothing."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The shell around every page."""

    name = "pages"
