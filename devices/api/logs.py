"""REST: history rows, of one device or of the whole fleet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import history_rows
from devices.explorer import PATIENCE_MS, TooWideError, patient
from devices.forms import NOBODY
from devices.models import Device, LogEntry, Provenance
from devices.querysets import LogQuerySet
from rest import exports, paging, queries
from rest.calls import Call
from rest.problems import Problem, invalid
from rest.schema import PAGING, exported, paged

from . import examples, relatives, shapes
from .devices import find

NUMBERS = {member.name.lower(): member.value for member in Provenance}
SMALLEST, LARGEST = -(2**15), 2**15 - 1  # of a stored event or source number

DESCRIBED = [
    OpenApiParameter("event", str, description="1 to 10; several with commas."),
    OpenApiParameter("source", str, description="Source numbers, or `none`; with commas."),
    OpenApiParameter("code", str, description="Several with commas."),
    OpenApiParameter("start", datetime, description="From here on."),
    OpenApiParameter("end", datetime, description="Up to, not including."),
    OpenApiParameter("provenance", str, description="log, feed, poll, inferred; with commas."),
]
OF_PRODUCTS = OpenApiParameter("product_id", str, description="Several with commas.")
OF_DEVICES = OpenApiParameter("device", str, description="Device ids; several with commas.")
FILTERS = tuple(parameter.name for parameter in DESCRIBED)


def chosen(query: Mapping[str, str]) -> LogQuerySet:
    """The rows that the filters ask for, in no order."""
    start, end = queries.moment(query, "start"), queries.moment(query, "end")
    if start and end and start >= end:
        raise invalid({"start": [_("It must lie before the end.")]})
    found = LogEntry.objects.between(start, end)
    for condition in _conditions(query):
        found = found.filter(condition)
    return found


def _conditions(query: Mapping[str, str]) -> list[Q]:
    origins = queries.choices(query, "provenance", tuple(NUMBERS))
    wanted: dict[str, list[Any]] = {
        "event_id__in": queries.numbers(query, "event", SMALLEST, LARGEST),
        "code__in": queries.texts(query, "code"),
        "provenance__in": [NUMBERS[origin] for origin in origins],
        "device__device_id__in": queries.texts(query, "device"),
    }
    found = [Q(**{name: values}) for name, values in wanted.items() if values]
    products = queries.texts(query, OF_PRODUCTS.name)
    if products:  # history asks a list of keys far faster than a joined table
        of_them = Device.objects.filter(product_id__in=products)
        found.append(Q(device__in=list(of_them.values_list("pk", flat=True))))
    return [*found, *_sources(query)]


def _sources(query: Mapping[str, str]) -> list[Q]:
    given = queries.texts(query, "source")
    if not given:
        return []
    nobody = Q(source_id=None) if NOBODY in given else Q()
    some = {"source": ",".join(one for one in given if one != NOBODY)}
    return [nobody | Q(source_id__in=queries.numbers(some, "source", SMALLEST, LARGEST))]


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
    parameters = (*paging.PARAMETERS, *FILTERS, OF_PRODUCTS.name, OF_DEVICES.name)

    @extend_schema(
        operation_id="logs_list",
        summary="List events of the fleet",
        parameters=[*DESCRIBED, OF_PRODUCTS, OF_DEVICES, *PAGING],
        responses=exported(paged(shapes.Log, "Logs")),
        examples=[examples.page("A report", examples.LOG)],
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List events of all devices, newest first; as CSV or NDJSON all of them."""
        return listed(request, chosen(request.query_params), self.columns)


class DeviceLogs(Call):
    """The history of one device."""

    shape = shapes.Log
    renderer_classes = exports.FORMATS
    parameters = (*paging.PARAMETERS, *FILTERS, relatives.TOGETHER.name)

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
        return listed(request, chosen(query).of_any(wanted), self.columns)
