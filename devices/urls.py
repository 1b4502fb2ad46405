"""Addresses of the pages of this room."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from devices.views import cloud, log_exports, logs, operation_new, operations, saved_views, tending
from devices.views.chart import points
from devices.views.detail import TABS, detail
from devices.views.finding import find
from devices.views.link import link
from devices.views.listing import listing
from devices.views.listing_file import export
from devices.views.local_key import local_key
from devices.views.overview import overview
from devices.views.suggesting import suggest

app_name = "devices"


class Key(StringConverter):
    """A device's id: no text of PostgreSQL holds a NUL, so no page stands there."""

    regex = r"[^/\0]+"


register_converter(Key, "device")

urlpatterns = [
    path("", overview, name="overview"),
    path("views/", saved_views.saved_views, name="saved-views"),
    path("views/save/", saved_views.save, name="view-save"),
    re_path(
        r"^views/(?P<pk>\d{1,18})/(?P<action>share|unshare|forget)/$",
        saved_views.act,
        name="view-act",
    ),
    path("logs/", logs.logs, name="logs"),
    path("logs/export.csv", logs.export, name="logs-export"),
    path("exports/", log_exports.listing, name="exports"),
    path("exports/ask/", log_exports.ask, name="export-ask"),
    path("exports/<int:pk>/cancel/", log_exports.cancel, name="export-cancel"),
    path("exports/<int:pk>/file/", log_exports.file, name="export-file"),
    path("exports/<int:pk>/manifest.json", log_exports.manifest, name="export-manifest"),
    path("operations/", operations.listing, name="operations"),
    path("operations/new/", operation_new.new, name="operation-new"),
    path("operations/<int:pk>/", operations.detail, name="operation"),
    path("operations/<int:pk>/<slug:action>/", operations.act, name="operation-act"),
    path("cloud/", cloud.cloud, name="cloud"),
    path("cloud/sync/", cloud.sync, name="cloud-sync"),
    path("cloud/pause/", cloud.pause, name="cloud-pause"),
    path("cloud/resume/", cloud.resume, name="cloud-resume"),
    path("cloud/test/", cloud.test, name="cloud-test"),
    path("find/", find, name="find"),
    path("devices/", listing, name="list"),
    path("devices/export.csv", export, name="list-export"),
    path("devices/suggestions.json", suggest, name="suggest"),
    path("devices/tag/", tending.tag, name="tag"),
    path("devices/sync/", tending.sync, name="sync"),
    path("devices/retire/", tending.retire, name="retire"),
    path("devices/restore/", tending.restore, name="restore"),
    path("devices/<device:device_id>/", detail, name="detail"),
    path("devices/<device:device_id>/history.json", points, name="points"),
    path("devices/<device:device_id>/link/", link, name="link"),
    path("devices/<device:device_id>/local-key/", local_key, name="local-key"),
    *(
        path(
            f"devices/<device:device_id>/{tab.name}/",
            detail,
            {"tab": tab.name},
            name=f"detail-{tab.name}",
        )
        for tab in TABS
        if tab.name
    ),
]
