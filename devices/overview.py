"""The figures of the overview: is the fleet well, and what needs a person. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from devices import remembered
from devices.history import REPORT
from devices.models import Device, LogEntry, Operation, OperationItem, SyncRun
from devices.specified import with_devices

REMEMBERED = timedelta(hours=24)  # how long an event that was not ours stays a matter for a person
ACTIVITY = timedelta(minutes=60)
KEPT = timedelta(days=7)  # what the free edition of the vendor's log keeps
# Devices whose log was not read for this long are about to lose history.
ENDANGERED = KEPT - timedelta(hours=24)
MOST_EVENTS = 12
MOST_OTHERS = 3


@dataclass(frozen=True)
class Activity:
    """Reports of the last hour, a number a minute, the newest last."""

    minutes: tuple[int, ...]

    @property
    def rate(self) -> float:
        """Return reports a minute over the last five whole minutes."""
        return sum(self.minutes[-6:-1]) / 5


@dataclass(frozen=True)
class Operations:
    """What is under way, what waits for somebody's yes, and devices that lately said no."""

    running: int
    waiting: int
    failed: int


@dataclass(frozen=True)
class Others:
    """Devices that were reset, removed or renamed by somebody else, and the latest such events."""

    devices: int
    latest: tuple[LogEntry, ...]


@dataclass(frozen=True)
class Needs:
    """What a person should look at now; all zero is a good day."""

    others: Others
    endangered: int
    waiting: int
    failed: int


def activity(now: datetime) -> Activity:
    """Count the reports of the last hour by minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor(extract(epoch FROM %(now)s - event_time) / 60)::int, count(*)"
            " FROM devices_logentry WHERE event_time > %(start)s AND event_time <= %(now)s"
            " AND event_id = %(report)s GROUP BY 1",
            {"now": now, "start": now - ACTIVITY, "report": REPORT},
        )
        ago = dict(cursor.fetchall())
    return Activity(tuple(ago.get(minute, 0) for minute in range(59, -1, -1)))


def lately_active(now: datetime) -> Activity:
    """Return the same, of a fleet that reports a lot as it was when it was last looked at."""
    return remembered.figure("activity", lambda: activity(now), lambda found: sum(found.minutes))


def proven(now: datetime) -> float | None:
    """Return which part of the history owed for the last days is proven, of 100.

    What was proven once and deleted by retention since is held no more.
    """
    end = round(now.timestamp() * 1000)
    start = round((now - KEPT).timestamp() * 1000)
    with connection.cursor() as cursor:
        cursor.execute(PROVEN, {"start": start, "end": end, "report": REPORT})
        owed, complete = cursor.fetchone()
    return 100 * complete / owed if owed else None


def lately_proven(now: datetime, devices: int) -> float | None:
    """Return the same, of a big fleet as it was when it was last looked at, some minutes ago."""
    return remembered.figure(
        "proven", lambda: proven(now), lambda _share: devices, lasts=remembered.LASTS_S
    )


# Of each device: what is owed is everything since Fleet answers for it, and whatever the log
# proved of the time before. Of a log that was never read, all that the vendor still holds. Sums of
# all parts at once, in floating point: a sum for each device, in exact numbers, took six times.
PROVEN = """
WITH edges AS (
    SELECT %(start)s::float8 AS start, %(end)s::float8 AS now, greatest(
        (SELECT extract(epoch FROM max(before)) * 1000 FROM devices_letgo
        WHERE event_id = %(report)s), %(start)s
    )::float8 AS held
), owed AS MATERIALIZED (
    SELECT coverage.complete, greatest(
        extract(epoch FROM CASE WHEN device.harvested_at IS NULL AND device.logs_supported
            THEN device.active_at ELSE coverage.since END)::float8 * 1000, start
    ) AS since
    FROM edges, devices_coverage AS coverage
    JOIN devices_device AS device ON device.id = coverage.device_id
        AND device.state = 'present' AND device.retired_at IS NULL
), read AS (
    SELECT sum(greatest(least(till, owed.since) - greatest(since_ms, held), 0)) AS before,
        sum(greatest(least(till, now) - greatest(since_ms, owed.since, held), 0)) AS after
    FROM edges, owed, jsonb_array_elements(owed.complete) AS part
    CROSS JOIN LATERAL (
        SELECT (part ->> 0)::float8 AS since_ms, (part ->> 1)::float8 AS till
    ) AS stretch
)
SELECT (SELECT sum(greatest(now - since, 0)) FROM edges, owed) + coalesce(before, 0),
    coalesce(before + after, 0)
FROM read
"""


def latest_events() -> list[LogEntry]:
    """Return what happened last, anywhere in the fleet."""
    return with_devices(LogEntry.objects.order_by("-event_time"), MOST_EVENTS)


OPERATIONS = """
SELECT count(*) FILTER (WHERE state = ANY(%(live)s)), count(*) FILTER (WHERE state = %(waiting)s),
    (SELECT count(*) FROM devices_operationitem
    WHERE outcome = ANY(%(failed)s) AND settled_at > %(since)s)
FROM devices_operation WHERE state = ANY(%(live)s) OR state = %(waiting)s
"""


def operations(now: datetime) -> Operations:
    """Count the orders that are not over, and what failed in the last day: one statement."""
    states, outcomes = Operation.State, OperationItem.Outcome
    given: dict[str, Any] = {
        "live": [one.value for one in (states.COOLING_OFF, states.RUNNING, states.PAUSED)],
        "waiting": states.AWAITING_APPROVAL.value,
        "failed": [outcomes.REFUSED.value, outcomes.UNCONFIRMED.value],
        "since": now - REMEMBERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(OPERATIONS, given)
        return Operations(*cursor.fetchone())


def needs(now: datetime, orders: Operations, devices: int) -> Needs:
    """Count what a person should look at; orders and devices are counted already."""
    return Needs(
        others=others(now),
        endangered=remembered.figure(
            "endangered", lambda: endangered(now), lambda _n: devices, lasts=remembered.LASTS_S
        ),
        waiting=orders.waiting,
        failed=orders.failed,
    )


def others(now: datetime) -> Others:
    """Count what somebody else did, as Fleet learned of it in the last day."""
    rows = LogEntry.objects.filter(
        event_id=LogEntry.Own.BY_OTHERS, received_at__gt=now - REMEMBERED, received_at__lte=now
    )
    count = rows.values("device_id").distinct().count()
    if not count:
        return Others(0, ())
    latest = with_devices(rows.order_by("-received_at", "-event_time"), MOST_OTHERS)
    return Others(count, tuple(latest))


def endangered(now: datetime) -> int:
    """Count devices whose oldest unread history leaves the vendor's store within a day."""
    late = now - ENDANGERED
    unread = Q(harvested_at__lt=late) | Q(harvested_at=None, first_seen_at__lt=late)
    read = Device.objects.present().not_retired()
    return read.filter(unread, logs_supported=True).count()


def last_run() -> SyncRun | None:
    """Return the newest look at the cloud's list of devices that ended."""
    ended = SyncRun.objects.filter(kind=SyncRun.Kind.SYNC, finished_at__isnull=False)
    return ended.order_by("-started_at").first()
