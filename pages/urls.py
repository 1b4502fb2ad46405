"""Addresses that belong to the shell, not to any page."""

from django.urls import path
from django.views.i18n import set_language

from people.gates import public

from . import help_pages
from .stream import stream

app_name = "pages"

urlpatterns = [
    path("live/", stream, name="live"),
    path("help/", help_pages.index, name="help"),
    path("help/pictures/<str:name>", help_pages.picture, name="help-picture"),
    path("help/<path:name>/", help_pages.page, name="help-page"),
    path("language/", public(set_language), name="language"),
]
