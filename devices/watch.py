"""WORKER  note how the fleet stands this hour, and which devices fell silent. Asks no cloud."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from devices import census
from devices.models import Device, Hour, SyncRun
from devices.silence import Kind, Rhythm, Verdict, quiet, usual, verdict

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
# Of a complete look: older than this nothing is noted, for nobody looked.
FRESH = timedelta(minutes=10)
# How late a look may be before the pipeline is called quiet; notes are taken every ten minutes.
LATE = timedelta(minutes=30)
MOST_CANDIDATES = 1000  # the last to fall silent; each costs one short walk of its own index
EVENTS = 21  # twenty gaps
MOST_KEPT = 200

# Whoever is online, spoke within the week and says nothing now; with the times of its last events.
CANDIDATES = """
SELECT device.device_id, device.name,
    array_agg(date_trunc('milliseconds', told.event_time) ORDER BY told.event_time DESC)
FROM (
    SELECT id, device_id, name FROM devices_device
    WHERE state = 'present' AND retired_at IS NULL AND online
    AND last_event_at BETWEEN %(week)s AND %(silent)s
    ORDER BY last_event_at DESC LIMIT %(candidates)s
) AS device
CROSS JOIN LATERAL (
    SELECT event_time FROM devices_logentry
    WHERE device_id = device.id AND event_id > 0 AND event_time BETWEEN %(month)s AND %(now)s
    ORDER BY event_time DESC LIMIT %(events)s
) AS told
GROUP BY device.device_id, device.name
"""


def watch(now: datetime) -> Hour | None:
    """Note this hour; nothing when no whole list was read lately: a gap says that nobody looked."""
    run = last_look()
    if run is None or run.finished_at is None or now - run.finished_at > fresh():
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    silent = quiet(rhythms(now), now)[-MOST_KEPT:]
    kept = [[one.device_id, one.name, one.last_at.isoformat(), seconds(one)] for one in silent]
    noted, _made = Hour.objects.update_or_create(
        hour=hour, defaults={"looked_at": run.finished_at, "quiet": kept, **counted(now)}
    )
    return noted


def last_look() -> SyncRun | None:
    """Return the newest complete look at the list."""
    whole = SyncRun.objects.filter(kind=SyncRun.Kind.SYNC, outcome=SyncRun.Outcome.COMPLETE)
    return whole.order_by("-started_at").first()


def fresh() -> timedelta:
    """Return how old a look may be to speak for now."""
    return max(FRESH, 2 * settings.SYNC_INTERVAL)


def counted(now: datetime) -> dict[str, int]:
    """Count who is online, and who spoke in the last day."""
    whole = census.whole(census.by_category())
    spoke = Device.objects.present().not_retired().filter(last_event_at__gt=now - DAY).count()
    listed = {"online": whole.online, "offline": whole.offline, "unknown": whole.unknown}
    return listed | {"spoke": spoke}


def rhythms(now: datetime) -> list[Rhythm]:
    """Return the rhythm of every device that says nothing for an hour; who has none is left out."""
    params: dict[str, Any] = {
        "now": now,
        "silent": now - HOUR,
        "week": now - WEEK,
        "month": now - 4 * WEEK,
        "candidates": MOST_CANDIDATES,
        "events": EVENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, params)
        found = cursor.fetchall()
    return [
        Rhythm(device_id, name or device_id, moments[0], gap)
        for device_id, name, moments in found
        if (gap := usual(moments)) is not None
    ]


def seconds(one: Rhythm) -> int:
    """Return a usual gap as it is kept."""
    return round(one.usual.total_seconds())


class Course(NamedTuple):
    """The last seven days, an hour a point, and who is quiet now."""

    points: tuple[tuple[int, float], ...]  # hours since the beginning, share online of 100
    runs: tuple[tuple[tuple[int, float], ...], ...]  # the same, broken where nobody looked
    gaps: tuple[tuple[int, int], ...]  # first hour and number of hours
    least: float
    silence: Verdict


def course(now: datetime) -> Course:
    """Return what the overview draws: one query."""
    first = now.replace(minute=0, second=0, microsecond=0) - WEEK + HOUR
    rows = list(Hour.objects.filter(hour__gte=first, hour__lte=now).order_by("hour"))
    points = tuple((round((row.hour - first) / HOUR), share(row)) for row in rows)
    runs = tuple(unbroken(points))
    least = min((value for _hour, value in points), default=100.0)
    return Course(points, runs, tuple(gaps(points)), least, standing(rows[-1:], now))


def share(row: Hour) -> float:
    """Return which part of what the cloud listed was online, of 100."""
    listed = row.online + row.offline + row.unknown
    return 100 * row.online / listed if listed else 0.0


def unbroken(points: Sequence[tuple[int, float]]) -> list[tuple[tuple[int, float], ...]]:
    """Split the points where an hour is missing."""
    runs: list[list[tuple[int, float]]] = []
    for point in points:
        if runs and runs[-1][-1][0] == point[0] - 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return [tuple(run) for run in runs]


def gaps(points: Sequence[tuple[int, float]]) -> list[tuple[int, int]]:
    """Return the stretches of hours without a point, the one before the first included."""
    hours = [-1, *(hour for hour, _share in points)]
    return [
        (before + 1, after - before - 1) for before, after in pairwise(hours) if after > before + 1
    ]


def standing(newest: Sequence[Hour], now: datetime) -> Verdict:
    """Say who is quiet, as of the newest note."""
    overdue = max(LATE, 3 * settings.SYNC_INTERVAL)
    if newest and now - newest[0].looked_at <= overdue:
        row = newest[0]
        silent = [read(one) for one in row.quiet]
        return verdict(row.looked_at, silent, row.spoke, now, overdue)
    run = last_look()
    looked_at = run.finished_at if run else None
    if looked_at and now - looked_at <= overdue:
        return Verdict(Kind.UNKNOWN)
    return verdict(looked_at, (), 0, now, overdue)


def read(kept: list[Any]) -> Rhythm:
    """Return a rhythm as it was kept."""
    device_id, name, last_at, usual_s = kept
    return Rhythm(device_id, name, datetime.fromisoformat(last_at), timedelta(seconds=usual_s))
