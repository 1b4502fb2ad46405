"""Counts of the fleet by category and state: one query for every number above a list."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from devices import remembered
from devices.models import Device
from devices.plans import OPEN

USED = Q(retired_at=None)
PRESENT = Q(state=Device.State.PRESENT) & USED


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


def _by_category() -> list[Tally]:
    rows = (
        Device.objects.order_by()
        .values_list("category")
        .annotate(
            n_total=Count("pk", filter=~Q(state=Device.State.REMOVED) & USED),
            n_online=Count("pk", filter=PRESENT & Q(online=True)),
            n_offline=Count("pk", filter=PRESENT & Q(online=False)),
            n_unknown=Count("pk", filter=PRESENT & Q(online=None)),
            n_missing=Count("pk", filter=Q(state=Device.State.MISSING) & USED),
            n_removed=Count("pk", filter=Q(state=Device.State.REMOVED)),
            n_retired=Count("pk", filter=~Q(state=Device.State.REMOVED) & ~USED),
        )
    )
    return sorted((Tally(*row) for row in rows), key=lambda one: (-one.total, one.category))


def whole(tallies: Iterable[Tally]) -> Tally:
    """Return the sum over all categories."""
    names = ("total", "online", "offline", "unknown", "missing", "removed", "retired")
    tallies = list(tallies)
    return Tally("", *(sum(getattr(one, name) for one in tallies) for name in names))


IN_OPERATION = "SELECT count(DISTINCT device_id) FROM devices_operationitem WHERE outcome = ANY(%s)"


def in_operation() -> int:
    """Return how many devices something was asked of that has not ended."""
    with connection.cursor() as cursor:
        cursor.execute(IN_OPERATION, [[one.value for one in OPEN]])
        return int(cursor.fetchone()[0])
