"""Mounts each room's addresses. Holds no view of its own."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from fleet import health
from rest import problems

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("api/v1/", include("devices.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
    path("api/<path:path>", problems.page_not_found),
    path("", include("people.urls")),
    path("", include("pages.urls")),
    path("", include("reporting.urls")),
    path("", include("devices.urls")),
]
