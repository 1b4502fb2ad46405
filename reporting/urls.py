"""Addresses of the pages of this room."""

from django.urls import path

from . import mapping_pages, views

app_name = "reporting"

urlpatterns = [
    path("delivery/", views.delivery, name="delivery"),
    path("delivery/reports/<int:pk>/", views.report, name="report"),
    path("delivery/mapping/", mapping_pages.mapping, name="mapping"),
    path("delivery/mapping/write/", mapping_pages.write, name="mapping-write"),
    path("delivery/mapping/offers/<int:number>/", mapping_pages.offer, name="mapping-offer"),
    path("delivery/mapping/<int:pk>/<slug:action>/", mapping_pages.change, name="mapping-change"),
    path("delivery/<slug:action>/", views.act, name="act"),
]
