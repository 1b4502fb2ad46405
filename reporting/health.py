"""How the delivery to USH is, read from rows: state, lag, rate, backlog, what failed and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, Count, F, Func, Max, Min, Q, TextField, Value, When
from django.utils.translation import gettext as _

from . import outbox, pace, phrases, road, sinks
from .models import Cell, Report, Sink, Unmapped
from .outbox import CellView
from .terms import Terms

DIRTY = Q(version__gt=F("acked_version"))
STUCK = Q(lane=Cell.Lane.QUARANTINE)
DRIFT = Q(acked_value__isnull=False) & ~Q(acked_value=F("value"))
SHOWN = 10
RECENT = timedelta(hours=1)
DAY = timedelta(hours=24)

LAG = """
SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY lag_ms)
FROM reporting_report WHERE sent_at >= %s AND lag_ms IS NOT NULL
"""
STRIP = """
SELECT hour, count(report.id) FILTER (WHERE outcome = 'H'),
       count(report.id) FILTER (WHERE outcome <> 'H')
FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, '1 hour') AS hour
LEFT JOIN reporting_report AS report
     ON report.sent_at >= hour AND report.sent_at < hour + interval '1 hour'
GROUP BY hour ORDER BY hour
"""


@dataclass(frozen=True, slots=True)
class Health:
    """The road to USH in figures. `why` says in words why nothing is sent; empty when it is."""

    state: str
    why: str
    next_try_at: datetime | None
    failures: int
    waiting: int
    stuck: int
    oldest_at: datetime | None
    last_ok_at: datetime | None
    lag_p50_ms: int | None
    lag_p95_ms: int | None
    rate: float
    limit: float
    rising: float | None  # after an outage: the rate that `limit` doubles up to
    drained_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Requests of the last day that failed in the same way."""

    outcome: str
    meaning: str
    count: int
    last_at: datetime

    @property
    def words(self) -> str:
        """Say it in the reader's language."""
        return phrases.translated(self.meaning)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Quarantined cells of which USH said the same."""

    property: str
    last_error: str
    cells: int
    devices: int
    since: datetime
    next_try_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the last day: requests accepted and not."""

    start: datetime
    accepted: int
    failed: int

    @property
    def all(self) -> int:
        """Count both."""
        return self.accepted + self.failed


@dataclass(frozen=True, slots=True)
class Unheard:
    """A value that USH is not told, and how many devices report it."""

    code: str
    value: str
    reason: str
    devices: int
    last_at: datetime

    @property
    def words(self) -> str:
        """Say why it is not told."""
        return str(Unmapped.Reason(self.reason).label)


def measure(terms: Terms, now: datetime) -> Health:
    """Read how the road is now."""
    sink = sinks.ensure()
    p50, p95 = _lag(now)
    backlog = Cell.objects.filter(DIRTY).aggregate(
        waiting=Count("pk", filter=~STUCK),
        devices=Count("ush_device_id", filter=~STUCK, distinct=True),
        oldest=Min("first_dirty_at", filter=~STUCK),
        stuck=Count("pk", filter=STUCK),
    )
    minute = Report.objects.filter(sent_at__gt=now - timedelta(minutes=1)).count()
    return Health(
        state=road.state(sink, now) if terms.enabled else "paused",
        why=_why(sink, terms, now),
        next_try_at=sink.next_try_at if sink.next_try_at and sink.next_try_at > now else None,
        failures=sink.failures,
        waiting=backlog["waiting"],
        stuck=backlog["stuck"],
        oldest_at=backlog["oldest"],
        last_ok_at=sink.last_ok_at,
        lag_p50_ms=p50,
        lag_p95_ms=p95,
        rate=minute / 60,
        limit=min(sink.pace or terms.qps, terms.qps),
        rising=terms.qps if sink.rising else None,
        drained_in=_forecast(sink, terms, backlog["devices"]),
    )


def causes(now: datetime) -> list[Cause]:
    """Group the failed requests of the last day, the most frequent first.

    USH names a cause by a code; the words beside it may name a device, and are one request's.
    """
    failed = Report.objects.filter(sent_at__gt=now - DAY).exclude(outcome="H")
    nameless = Case(When(business_code="", then=F("meaning")), default=Value(""))
    groups = failed.values("outcome", "http_status", "code", "business_code", nameless=nameless)
    counted = groups.annotate(count=Count("pk"), last_at=Max("sent_at"), said=Max("meaning"))
    figures = counted.order_by("-count", "said").values_list("outcome", "said", "count", "last_at")
    return [Cause(*row) for row in figures[:20]]


def stuck() -> list[Stuck]:
    """Group the quarantined by what USH said of them, the most frequent first.

    It may name the device: that is left out, for it is no other cause.
    """
    nameless = (F("last_error"), F("ush_device_id"), Value("…"))
    said = Func(*nameless, function="replace", output_field=TextField())
    counted = (
        Cell.objects.filter(STUCK)
        .values("property", said=said)
        .annotate(
            cells=Count("pk"),
            devices=Count("device_key", distinct=True),
            since=Min("first_dirty_at"),
            next_try_at=Min("next_try_at"),
        )
    )
    found = counted.order_by("-cells", "property").values_list(
        "property", "said", "cells", "devices", "since", "next_try_at"
    )
    return [Stuck(*row, phrases.translated(row[1])) for row in found[:SHOWN]]


def drift() -> list[CellView]:
    """List where USH believes something else than the device says, the longest first."""
    rows = Cell.objects.filter(DRIFT).filter(DIRTY | Q(discarded=True))
    return outbox.views(rows.order_by("source_at", "pk")[:SHOWN])


def strip(now: datetime) -> Sequence[Hour]:
    """Count the requests of the last 24 hours, hour by hour."""
    last = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(STRIP, {"first": last - timedelta(hours=23), "last": last})
        return [Hour(*row) for row in cursor.fetchall()]


def unheard() -> list[Unheard]:
    """List the values that most devices report and USH has no word for."""
    rows = Unmapped.objects.values("code", "value", "reason")
    counted = rows.annotate(devices=Count("device_key", distinct=True), last_at=Max("last_seen_at"))
    return [Unheard(**row) for row in counted.order_by("-devices", "code", "value")[:10]]


def _why(sink: Sink, terms: Terms, now: datetime) -> str:
    if not terms.enabled:
        return _("USH_ENABLED is 0: changes are collected, nothing is sent")
    if sink.paused and sink.paused_reason:
        return _("paused by %(name)s") % {"name": sink.paused_by} + f": {sink.paused_reason}"
    return road.closed(sink, now)


def _lag(now: datetime) -> tuple[int | None, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(LAG, [now - RECENT])
        found = cursor.fetchone()[0]
    return (round(found[0]), round(found[1])) if found else (None, None)


def _forecast(sink: Sink, terms: Terms, devices: int) -> timedelta | None:
    """Say how long the backlog takes at the allowed rate; None while nothing is sent."""
    if sink.paused or not terms.enabled:
        return None
    size = min(terms.max_devices, sink.max_devices or terms.max_devices)
    return pace.duration(-(-devices // size), sink.pace, terms.qps, rising=sink.rising)
