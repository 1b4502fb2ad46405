"""Counts of the fleet by category, state and product: one query for every number above a list."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from devices import remembered
from devices.models import Device
from devices.plans import OPEN

NAMES = ("total", "online", "offline", "unknown", "missing", "removed", "retired")


@dataclass(frozen=True)
class Tally:
    """How many devices are in which state; `total` leaves removed and retired ones out."""

    category: str
    total: int
    online: int
    offline: int
    unknown: int
    missing: int
    removed: int
    retired: int

    @property
    def share(self) -> float:
        """Return which part of what the cloud lists is online, of 100."""
        present = self.online + self.offline + self.unknown
        return 100 * self.online / present if present else 0.0


class Alike(NamedTuple):
    """Devices that are the same in all of this, and how many."""

    category: str
    state: str
    online: bool | None
    retired: bool
    product: str | None
    number: int


class Census(NamedTuple):
    """The whole fleet, counted at one moment."""

    tallies: list[Tally]
    alike: list[Alike]


def by_category() -> list[Tally]:
    """Return one tally a category, the biggest first; of a big fleet as of a moment ago."""
    return taken().tallies


def taken() -> Census:
    """Return all counts; of a big fleet those of a moment ago."""
    return remembered.figure("census", _take, lambda found: whole(found.tallies).total)


# Devices alike are one row of few hundred, read from an index alone: a third of seven counts each.
ALIKE = """
SELECT category, state, online, retired_at IS NOT NULL, product_id, count(*)
FROM devices_device GROUP BY 1, 2, 3, 4, 5
"""
KNOWN = {True: "online", False: "offline", None: "unknown"}


def _take() -> Census:
    with connection.cursor() as cursor:
        cursor.execute(ALIKE)
        alike = [Alike(*row) for row in cursor.fetchall()]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in alike:
        for name in _counted_as(one.state, one.online, retired=one.retired):
            counts[one.category][name] += one.number
    found = (Tally(one, **{name: count[name] for name in NAMES}) for one, count in counts.items())
    return Census(sorted(found, key=lambda one: (-one.total, one.category)), alike)


def _counted_as(state: str, online: bool | None, *, retired: bool) -> tuple[str, ...]:
    if state == Device.State.REMOVED:
        return ("removed",)
    if retired:
        return ("retired",)
    return ("total", "missing" if state == Device.State.MISSING else KNOWN[online])


def whole(tallies: Iterable[Tally]) -> Tally:
    """Return the sum over all categories."""
    tallies = list(tallies)
    return Tally("", *(sum(getattr(one, name) for one in tallies) for name in NAMES))


IN_OPERATION = "SELECT count(DISTINCT device_id) FROM devices_operationitem WHERE outcome = ANY(%s)"


def in_operation() -> int:
    """Return how many devices something was asked of that has not ended."""
    with connection.cursor() as cursor:
        cursor.execute(IN_OPERATION, [[one.value for one in OPEN]])
        return int(cursor.fetchone()[0])
