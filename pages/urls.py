"""Addresses that belong to the shell, not to any page."""

from django.urls import path
from django.views.i18n import set_language

from .stream import stream

app_name = "pages"

urlpatterns = [
    path("live/", stream, name="live"),
    path("language/", set_language, name="language"),
]
