"""How Fleet's calls to the device cloud went: by endpoint, by code, by month. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from devices.models import CallCount, Device

DAY = timedelta(hours=24)
OK = ("0", "ok")  # how success is written; everything else is the vendor's or HTTP's code


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of the vendor's interface over the last day."""

    name: str
    calls: int
    failed: int
    average_ms: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """One code over the last day."""

    code: str
    count: int
    endpoints: int
    since: datetime


@dataclass(frozen=True)
class Lag:
    """How far log reading is behind its own plan."""

    overdue: int
    oldest: datetime | None
    never_read: int
    without_logs: int


def endpoints(now: datetime) -> list[Endpoint]:
    """Return the endpoints that were called, the busiest first."""
    rows = (
        CallCount.objects.filter(hour__gt=now - DAY)
        .values("endpoint")
        .annotate(
            calls=Sum("count"),
            failed=Coalesce(Sum("count", filter=~Q(code__in=OK)), 0),
            took=Sum("took_ms"),
        )
        .order_by("-calls", "endpoint")
    )
    return [
        Endpoint(row["endpoint"], row["calls"], row["failed"], round(row["took"] / row["calls"]))
        for row in rows
        if row["calls"]
    ]


def troubles(now: datetime) -> list[Trouble]:
    """Return the codes that calls ended with other than success, the most frequent first."""
    rows = (
        CallCount.objects.filter(hour__gt=now - DAY)
        .exclude(code__in=OK)
        .values("code")
        .annotate(total=Sum("count"), endpoints=Count("endpoint", distinct=True), first=Min("hour"))
        .order_by("-total", "code")
    )
    return [Trouble(row["code"], row["total"], row["endpoints"], row["first"]) for row in rows]


def lag(now: datetime) -> Lag:
    """Return how many devices' logs wait to be read, and since when."""
    supported = Q(state=Device.State.PRESENT, logs_supported=True)
    found = Device.objects.not_retired().aggregate(
        overdue=Count("pk", filter=supported & Q(next_harvest_at__lt=now)),
        oldest=Min("next_harvest_at", filter=supported & Q(next_harvest_at__lt=now)),
        never_read=Count("pk", filter=supported & Q(harvested_at=None)),
        without_logs=Count("pk", filter=Q(state=Device.State.PRESENT, logs_supported=False)),
    )
    return Lag(**found)
