"""REST: history rows, of one device or of the whole fleet."""

from collections.abc import Sequence
from datetime import datetime

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import history_rows, log_filters
from devices.explorer import PATIENCE_MS, TooWideError, patient
from devices.querysets import LogQuerySet
from rest import exports, paging
from rest.calls import Call
from rest.problems import Problem
from rest.schema import PAGING, exported, paged

from . import examples, relatives, shapes
from .devices import find

TYPES: dict[str, type] = {"start": datetime, "end": datetime}
DESCRIBED, OF_MANY = (
    [
        OpenApiParameter(name, TYPES.get(name, str), description=words)
        for name, words in filters.items()
    ]
    for filters in (log_filters.OF_ROWS, log_filters.OF_DEVICES)
)


def listed(
    request: Request, found: LogQuerySet, columns: Sequence[str]
) -> Response | StreamingHttpResponse:
    """One page of rows, or all of them as an export.

    A page that would read too much history is refused in words; an export may take its time.
    """
    kind, table = exports.wanted(request), history_rows.table(found, columns)
    if kind:
        return exports.answer(request, table, kind, "logs", timezone.now())
    try:
        with patient():
            return paging.answer(request, table.rows, table.order, table.written)
    except TooWideError as fault:
        words = _("Reading this took longer than %(s)s s: narrow it by start, end or device.")
        raise Problem(400, "too_wide", words % {"s": PATIENCE_MS // 1000}) from fault


class Logs(Call):
    """The history of the fleet."""

    shape = shapes.Log
    renderer_classes = exports.FORMATS
    parameters = (*paging.PARAMETERS, *log_filters.ALL)

    @extend_schema(
        operation_id="logs_list",
        summary="List events of the fleet",
        parameters=[*DESCRIBED, *OF_MANY, *PAGING],
        responses=exported(paged(shapes.Log, "Logs")),
        examples=[examples.page("A report", examples.LOG)],
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List events of all devices, newest first; as CSV or NDJSON all of them."""
        return listed(request, log_filters.chosen(request.query_params), self.columns)


class DeviceLogs(Call):
    """The history of one device."""

    shape = shapes.Log
    renderer_classes = exports.FORMATS
    parameters = (*paging.PARAMETERS, *log_filters.OF_ROWS, relatives.TOGETHER.name)

    @extend_schema(
        operation_id="devices_logs",
        summary="List a device's events",
        parameters=[*DESCRIBED, relatives.TOGETHER, *PAGING],
        responses=exported(paged(shapes.Log, "Logs")),
        examples=[examples.page("A report", examples.LOG)],
    )
    def get(self, request: Request, device_id: str) -> Response | StreamingHttpResponse:
        """List events of one device, newest first; as CSV or NDJSON all of them."""
        device, query = find(device_id), request.query_params
        wanted = (device, *relatives.older(query, device))
        return listed(request, log_filters.chosen(query).of_any(wanted), self.columns)
