"""Addresses of REST calls, mounted under /api/v1/."""

from django.urls import path

from . import calls, mapping

urlpatterns = [
    path("delivery/", calls.Road.as_view()),
    path("delivery/cells/", calls.Cells.as_view()),
    path("delivery/reports/", calls.Reports.as_view()),
    path("delivery/reports/<int:report_id>/", calls.OneReport.as_view()),
    path("delivery/pause/", calls.Pause.as_view()),
    path("delivery/resume/", calls.Resume.as_view()),
    path("delivery/resync/", calls.Resync.as_view()),
    path("delivery/quarantine/retry/", calls.Retry.as_view()),
    path("delivery/quarantine/discard/", calls.Discard.as_view()),
    path("delivery/deeds/", calls.Deeds.as_view()),
    path("delivery/mapping/", mapping.Mapping.as_view()),
    path("delivery/mapping/preview/", mapping.Preview.as_view()),
    path("delivery/mapping/<int:row_id>/", mapping.OneMappingRow.as_view()),
    path("delivery/unmapped/", mapping.Unmapped.as_view()),
]
