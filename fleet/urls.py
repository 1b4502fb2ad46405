"""Mounts each room's addresses. Holds no view of its own."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from fleet import health, record, setup_pages
from people.gates import public, require
from people.rights import MayBrowse
from rest import problems

schema = SpectacularAPIView.as_view(permission_classes=[MayBrowse])
docs = require()(SpectacularSwaggerSplitView.as_view(url_name="schema"))

handler500 = "fleet.numbering.crashed"

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("setup/", setup_pages.steps, name="setup"),
    path("setup/test/", setup_pages.test, name="setup-test"),
    path("setup/hide/", setup_pages.hide, name="setup-hide"),
    path("api/schema/", schema, name="schema"),
    path("api/docs/", docs, name="api-docs"),
    path("api/v1/", include("devices.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
    path("api/v1/deeds/", record.Deeds.as_view(), name="api-deeds"),
    re_path("^api/(?P<path>.*)$", public(problems.page_not_found)),
    path("", include("people.urls")),
    path("", include("people.doors")),
    path("", include("pages.urls")),
    path("", include("reporting.urls")),
    path("", include("devices.urls")),
]
