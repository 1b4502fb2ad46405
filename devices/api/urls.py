"""Addresses of REST calls, mounted under /api/v1/."""

from django.urls import path, re_path

from . import (
    cloud,
    details,
    devices,
    imports,
    log_exports,
    logs,
    operations,
    retiring,
    saved_views,
    values,
)

VERBS = "|".join(operations.VERBS)

urlpatterns = [
    path("devices/", devices.Devices.as_view(), name="api-devices"),
    path("devices/import/", imports.Import.as_view()),
    path("devices/retire/", retiring.RetireMany.as_view()),
    path("devices/restore/", retiring.RestoreMany.as_view()),
    path("devices/<str:device_id>/", devices.OneDevice.as_view(), name="api-device"),
    path("devices/<str:device_id>/status/", values.Status.as_view()),
    path("devices/<str:device_id>/history/", values.History.as_view()),
    path("devices/<str:device_id>/logs/", logs.DeviceLogs.as_view()),
    path("devices/<str:device_id>/coverage/", details.Coverage.as_view()),
    path("devices/<str:device_id>/sub-devices/", details.SubDevices.as_view()),
    path("devices/<str:device_id>/factory-info/", details.FactoryInfo.as_view()),
    path("devices/<str:device_id>/delivery/", details.Delivery.as_view()),
    path("devices/<str:device_id>/link/", details.Link.as_view()),
    path("devices/<str:device_id>/local-key/", details.LocalKey.as_view()),
    path("devices/<str:device_id>/sync/", details.Sync.as_view()),
    path("devices/<str:device_id>/retire/", retiring.Retire.as_view(), name="api-device-retire"),
    path("devices/<str:device_id>/restore/", retiring.Restore.as_view()),
    path("logs/", logs.Logs.as_view()),
    path("exports/", log_exports.Exports.as_view()),
    path("exports/<int:export_id>/", log_exports.OneExport.as_view(), name="api-export"),
    path("exports/<int:export_id>/file/", log_exports.File.as_view(), name="api-export-file"),
    path(
        "exports/<int:export_id>/manifest/",
        log_exports.Manifest.as_view(),
        name="api-export-manifest",
    ),
    path("exports/<int:export_id>/cancel/", log_exports.Cancel.as_view()),
    path("views/", saved_views.Views.as_view()),
    path("views/<int:view_id>/", saved_views.OneView.as_view()),
    path("operations/", operations.Operations.as_view(), name="api-operations"),
    path(
        "operations/<int:operation_id>/",
        operations.OneOperation.as_view(),
        name="api-operation",
    ),
    path("operations/<int:operation_id>/items/", operations.Items.as_view()),
    re_path(
        rf"^operations/(?P<operation_id>[0-9]+)/(?P<verb>{VERBS})/$", operations.Verb.as_view()
    ),
    path("sync-runs/", cloud.Runs.as_view()),
    path("cloud/", cloud.Cloud.as_view()),
    path("cloud/pause/", cloud.Pause.as_view()),
    path("cloud/resume/", cloud.Resume.as_view()),
]
