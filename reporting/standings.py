"""How devices stand with USH, for pages of other rooms: read by key, many at once. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.utils.translation import gettext as _

from . import phrases
from .models import Cell, Sink

DIRTY = Q(version__gt=F("acked_version"))
STUCK = Q(lane=Cell.Lane.QUARANTINE)


@dataclass(frozen=True, slots=True)
class Standing:
    """One device: `delivered`, `waiting` or `quarantine`, and since when."""

    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Road:
    """The whole road to USH: what waits, what is stuck, and whether anything moves."""

    waiting: int
    oldest_at: datetime | None
    stuck: int
    last_ok_at: datetime | None
    stopped: str  # why nothing is sent; empty when all is well


# The list of devices asks for fifty at every turn: written out, it costs a quarter.
STANDINGS = """
SELECT device_key, bool_or(lane = %(stuck)s),
    min(first_dirty_at) FILTER (WHERE version > acked_version), max(acked_at)
FROM reporting_cell WHERE device_key = ANY(%(keys)s) GROUP BY device_key
"""


def standings(device_keys: Iterable[str]) -> dict[str, Standing]:
    """Return how each of these devices stands; one that USH is told nothing of is left out."""
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"stuck": Cell.Lane.QUARANTINE.value, "keys": list(device_keys)}
        cursor.execute(STANDINGS, given)
        return {key: _standing(*row) for key, *row in cursor.fetchall()}


def _standing(stuck: bool, waiting_since: datetime | None, told_at: datetime | None) -> Standing:
    if stuck:
        return Standing("quarantine", waiting_since)
    if waiting_since:
        return Standing("waiting", waiting_since)
    return Standing("delivered", told_at)


def keys(state: str) -> QuerySet[Cell, str]:
    """Return the keys of devices that stand so, for another room's question: a part of it."""
    stuck = Cell.objects.filter(STUCK)
    if state == "quarantine":
        return stuck.values_list("device_key", flat=True)
    return (
        Cell.objects.filter(DIRTY)
        .exclude(device_key__in=stuck.values("device_key"))
        .values_list("device_key", flat=True)
    )


def road() -> Road:
    """Return how the road to USH is now."""
    found = Cell.objects.filter(DIRTY).aggregate(
        waiting=Count("pk", filter=~STUCK),
        oldest_at=Min(Case(When(~STUCK, then="first_dirty_at"))),
        stuck=Count("pk", filter=STUCK),
    )
    sink = Sink.objects.order_by("name").first()
    return Road(**found, last_ok_at=sink.last_ok_at if sink else None, stopped=_why_stopped(sink))


def _why_stopped(sink: Sink | None) -> str:
    if sink is None:
        return ""
    if sink.paused:
        return sink.paused_reason or _("paused")
    return phrases.translated(sink.parked_reason)
