"""REST: what a device says now, and what it said before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import history, marks, series
from devices.models import Device, Product
from devices.specified import specification
from rest import queries
from rest.calls import Call
from rest.problems import invalid
from rest.times import stamp, stamp_ms

from . import examples, relatives, rows, shapes
from .devices import find

POINTS, MOST_POINTS = 500, 5000
USUAL_SPAN = timedelta(hours=24)


class Status(Call):
    """The state of one device, value by value."""

    shape = shapes.Value

    @extend_schema(
        operation_id="devices_status",
        summary="Show a device's values",
        responses=shapes.Value(many=True),
        examples=[examples.given("A power reading", examples.VALUE)],
    )
    def get(self, request: Request, device_id: str) -> Response:
        """Show every data point: as the cloud sent it, and as a person reads it."""
        del request
        device = find(device_id)
        promised, spoken = specification(_product(device)), rows.language()
        return Response(
            [
                rows.value(promised.read(code, raw, spoken), device.stamps.get(code, []))
                for code, raw in sorted(device.status.items())
            ]
        )


class History(Call):
    """The past of one data point."""

    shape = shapes.History
    parameters = ("code", "start", "end", "points", relatives.TOGETHER.name)

    @extend_schema(
        operation_id="devices_history",
        summary="Show a data point's past",
        parameters=[
            OpenApiParameter("code", str, required=True),
            OpenApiParameter(
                "start",
                datetime,
                description="24 hours before `end` if left out.",
            ),
            OpenApiParameter("end", datetime, description="Now if left out."),
            OpenApiParameter(
                "points",
                {"type": "integer", "minimum": 1, "maximum": MOST_POINTS, "default": POINTS},
                description="More points than this become as many buckets.",
            ),
            relatives.TOGETHER,
        ],
        responses=shapes.History,
    )
    def get(self, request: Request, device_id: str) -> Response:
        """Show points or buckets for a chart, and the gaps with their reasons."""
        query, now = request.query_params, timezone.now()
        code = queries.text(query, "code")
        if code is None:
            raise invalid({"code": [_("Which data point? GET …/status/ lists them.")]})
        end = queries.moment(query, "end") or now
        start = queries.moment(query, "start") or _before(end)
        if start >= end:
            raise invalid({"start": [_("It must lie before the end.")]})
        limit = queries.number(query, "points", 1, MOST_POINTS) or POINTS
        device = find(device_id)
        older = relatives.older(query, device)
        past = history.read(device, code, start=start, end=end, limit=limit, now=now, older=older)
        events = marks.between((device, *older), start, end, rows.language())
        return Response(_head(device, code, start, end) | _drawn(past) | _marked(events))


def _before(end: datetime) -> datetime:
    try:
        return end - USUAL_SPAN
    except OverflowError as fault:
        raise invalid({"end": [_("That is before there were clocks.")]}) from fault


def _head(device: Device, code: str, start: datetime, end: datetime) -> rows.Row:
    promised = specification(_product(device))
    definition = promised.get(code)
    return {
        "device_id": device.device_id,
        "code": code,
        "name": promised.read(code, None, rows.language()).name,
        "unit": definition.unit if definition else "",
        "start": stamp(start),
        "end": stamp(end),
    }


def _drawn(past: history.Past) -> rows.Row:
    drawn = past.series
    return {
        "kind": drawn.kind,
        "rows": past.rows,
        "cut": past.cut,
        "left_out": drawn.left_out,
        "points": [{"at": stamp_ms(one.at_ms), "value": one.value} for one in drawn.points],
        "buckets": [_bucket(one) for one in drawn.buckets],
        "gaps": [
            {"start": stamp_ms(gap.start), "end": stamp_ms(gap.end), "reason": _(gap.reason)}
            for gap in drawn.gaps
        ],
    }


def _marked(found: Sequence[marks.Mark]) -> rows.Row:
    return {
        "events": [
            {"at": stamp_ms(one.at_ms), "event_id": one.event_id, "event": one.text}
            for one in found
        ]
    }


def _bucket(one: series.Bucket) -> dict[str, Any]:
    return {
        "start": stamp_ms(one.start),
        "end": stamp_ms(one.end),
        "min": one.low,
        "max": one.high,
        "first": one.first,
        "last": one.last,
        "count": one.rows,
    }


def _product(device: Device) -> Product | None:
    return device.product
