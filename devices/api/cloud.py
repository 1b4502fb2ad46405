"""REST: how it goes with the device cloud: looks at it, its quota, its calls, its troubles."""

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import pausing
from devices.models import CallCount, Project, SyncRun
from devices.tuya.token import Token
from people.rights import Needs, Right
from rest import paging, queries
from rest.calls import Call, fields
from rest.idempotency import idempotent
from rest.schema import KEY, PAGING, paged
from rest.times import stamp, stamp_ms

from . import cloud_shapes, rows

KINDS, OUTCOMES = tuple(SyncRun.Kind.values), tuple(SyncRun.Outcome.values)
SHOWN = timedelta(hours=24)  # of calls by endpoint


class Runs(Call):
    """Looks at the cloud."""

    shape = cloud_shapes.Run
    parameters = (*paging.PARAMETERS, "kind", "outcome")

    @extend_schema(
        operation_id="sync_runs_list",
        summary="List looks at the cloud",
        parameters=[
            OpenApiParameter("kind", str, description="sync, harvest, feed; with commas."),
            OpenApiParameter("outcome", str, description="Several with commas."),
            *PAGING,
        ],
        responses=paged(cloud_shapes.Run, "Runs"),
    )
    def get(self, request: Request) -> Response:
        """List runs of sync, harvest and feed with their counts and errors, newest first."""
        query, found = request.query_params, SyncRun.objects.all()
        kinds = queries.choices(query, "kind", KINDS)
        outcomes = queries.choices(query, "outcome", OUTCOMES)
        found = found.filter(kind__in=kinds) if kinds else found
        found = found.filter(outcome__in=outcomes) if outcomes else found
        return paging.answer(
            request, found, ("-started_at", "-id"), lambda page: [rows.run(one) for one in page]
        )


class Cloud(Call):
    """The cloud project."""

    shape = cloud_shapes.Cloud

    @extend_schema(
        operation_id="cloud_read",
        summary="Show how it goes with the cloud",
        responses=cloud_shapes.Cloud,
    )
    def get(self, request: Request) -> Response:
        """Show token, quota, troubles, and the last 24 hours' calls by endpoint and answer."""
        del request
        return _whole()


class Pause(Call):
    """Leaving the cloud alone."""

    permission_classes = (Needs(Right.SYNC),)

    @extend_schema(
        operation_id="cloud_pause",
        summary="Pause the device cloud",
        parameters=[KEY],
        request=cloud_shapes.PauseReason,
        responses=cloud_shapes.Cloud,
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Read nothing and make no operation's call until somebody resumes."""
        given = cloud_shapes.PauseReason(data=fields(request))
        given.is_valid(raise_exception=True)
        pausing.pause(request, given.validated_data["reason"], timezone.now())
        return _whole()


class Resume(Call):
    """Going on."""

    permission_classes = (Needs(Right.SYNC),)

    @extend_schema(
        operation_id="cloud_resume",
        summary="Resume the device cloud",
        parameters=[KEY],
        request=None,
        responses=cloud_shapes.Cloud,
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Read at once what was left."""
        pausing.resume(request, timezone.now())
        return _whole()


def _whole() -> Response:
    project = Project.objects.filter(
        client_id=settings.TUYA_CLIENT_ID, base_url=settings.TUYA_BASE_URL
    ).first()
    # a project that was never called has no row yet, and nothing to say
    project = project or Project(base_url=settings.TUYA_BASE_URL)
    return Response(_settings() | _standing(project) | _used(timezone.now()))


def _settings() -> rows.Row:
    return {
        "base_url": settings.TUYA_BASE_URL,
        "client_id": settings.TUYA_CLIENT_ID,
        "demo": settings.DEMO,
        "discovery": settings.TUYA_DISCOVERY,
        "log_edition": settings.TUYA_LOG_EDITION,
    }


def _standing(project: Project) -> rows.Row:
    return {
        "state": state(project),
        "last_ok_at": stamp(project.last_ok_at),
        "failures": project.failures,
        "next_try_at": stamp(project.probe_at),
        "parked_at": stamp(project.parked_at),
        "paused_at": stamp(project.paused_at),
        "paused_by": project.paused_by,
        "paused_reason": project.paused_reason,
        "error": _error(project),
        "clock_offset_ms": project.clock_offset_ms,
        "lacks": project.lacks,
        "token": _token(project),
    }


def state(project: Project) -> str:
    """`paused`: a person said stop; `parked`: a person must act; `untried`, `ok`.

    `unavailable`: Fleet tries again by itself.
    """
    if project.paused_at is not None:
        return "paused"
    if project.parked_at is not None:
        return "parked"
    if project.failures:
        return "unavailable"
    return "ok" if project.last_ok_at else "untried"


def _error(project: Project) -> rows.Row | None:
    if project.last_error_at is None:
        return None
    meaning, advice = rows.vendor(project.last_error_code, rows.language())
    return {
        "at": stamp(project.last_error_at),
        "vendor_code": project.last_error_code,
        "vendor_message": project.last_error,
        "meaning": meaning,
        "advice": advice,
    }


def _token(project: Project) -> rows.Row:
    """When it was made and when it ends: never the token."""
    known = msgspec.json.decode(project.token, type=Token) if project.token else None
    return {
        "saved_at": stamp(project.token_saved_at),
        "expires_at": stamp_ms(known.deadline_ms) if known else None,
    }


def _used(now: datetime) -> rows.Row:
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    used = CallCount.objects.filter(hour__gte=month).aggregate(calls=Sum("count"))["calls"]
    return {
        "quota": {
            "qps": settings.TUYA_QPS,
            "monthly_calls": settings.TUYA_MONTHLY_CALLS,
            "calls_this_month": used or 0,
        },
        "calls": [_calls(*one) for one in _by_endpoint(now - SHOWN)],
    }


def _by_endpoint(since: datetime) -> list[tuple[str, str, int, int]]:
    found = CallCount.objects.filter(hour__gt=since - timedelta(hours=1)).order_by()
    sums = found.values_list("endpoint", "code").annotate(n=Sum("count"), took=Sum("took_ms"))
    return sorted(sums, key=lambda one: (one[0], one[1]))


def _calls(endpoint: str, code: str, count: int, took_ms: int) -> rows.Row:
    meaning, _advice = rows.vendor(
        int(code) if code.isdigit() and code != "0" else None, rows.language()
    )
    return {
        "endpoint": endpoint,
        "code": code,
        "meaning": meaning,
        "count": count,
        "mean_ms": round(took_ms / count) if count else 0,
    }
