"""Tells Django of this room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users' roles, rights and tokens."""

    name = "people"
    verbose_name = "People"
