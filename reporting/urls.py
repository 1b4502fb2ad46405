"""Addresses of the pages of this room."""

from django.urls import path

from . import views

app_name = "reporting"

urlpatterns = [
    path("delivery/", views.delivery, name="delivery"),
    path("delivery/reports/<int:pk>/", views.report, name="report"),
    path("delivery/<slug:action>/", views.act, name="act"),
]
