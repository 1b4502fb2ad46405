"""Counts of the fleet by category and state: one query for every number above a list."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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


def by_category() -> list[Tally]:
    """Return one tally a category, the biggest first; of a big fleet as of a moment ago."""
    return remembered.figure("census", _by_category, lambda found: whole(found).total)


# Devices alike are one row of few hundred, read from an index alone: a third of seven counts each.
ALIKE = """
SELECT category, state, online, retired_at IS NOT NULL, count(*)
FROM devices_device GROUP BY 1, 2, 3, 4
"""
KNOWN = {True: "online", False: "offline", None: "unknown"}


def _by_category() -> list[Tally]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(ALIKE)
        for category, state, online, retired, number in cursor.fetchall():
            for name in _counted_as(state, online, retired=retired):
                counts[category][name] += number
    found = (Tally(one, **{name: count[name] for name in NAMES}) for one, count in counts.items())
    return sorted(found, key=lambda one: (-one.total, one.category))


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
