"""The rate limit over all processes: one row, one statement to reserve the next free place.

A place that its owner does not use is lost; that costs one interval and nothing else.
"""

from datetime import datetime, timedelta

from django.db import connection

FIRST = 1.0  # requests a second after an outage: USH comes back under no storm
SLOWEST = 0.1  # requests a second, however often USH asks to slow down
LONGEST_QUEUE = timedelta(seconds=5)  # whoever would wait longer lets others send

RESERVE = """
UPDATE reporting_sink SET next_slot_at = greatest(next_slot_at, %(now)s)
    + make_interval(secs => 1 / least(coalesce(pace, %(qps)s), %(qps)s))
WHERE name = %(sink)s AND coalesce(next_slot_at, %(now)s) <= %(latest)s
RETURNING next_slot_at
    - make_interval(secs => 1 / least(coalesce(pace, %(qps)s), %(qps)s)) - %(now)s
"""


def reserve(sink: str, qps: float, now: datetime) -> timedelta | None:
    """Reserve a place in the rate; give how long to wait for it, None when too many wait."""
    with connection.cursor() as cursor:
        latest = now + LONGEST_QUEUE
        cursor.execute(RESERVE, {"now": now, "qps": qps, "sink": sink, "latest": latest})
        row = cursor.fetchone()
    return None if row is None else max(row[0], timedelta(0))


def slower(pace: float | None, qps: float) -> float:
    """Halve the rate."""
    return max((pace or qps) / 2, SLOWEST)


def faster(pace: float | None, qps: float) -> float | None:
    """Take a tenth of the full rate back; None is the full rate."""
    if pace is None or pace + qps / 10 >= qps:
        return None
    return pace + qps / 10


def first(pace: float | None, qps: float) -> float | None:
    """Begin low after an outage; a rate that is low already stays."""
    begin = min(FIRST, pace or qps)
    return None if begin >= qps else begin


def doubled(pace: float | None, qps: float) -> float | None:
    """Double the rate; None is the full rate."""
    return None if pace is None or pace * 2 >= qps else pace * 2


def duration(requests: int, pace: float | None, qps: float, *, rising: bool) -> timedelta:
    """Say how long so many requests take; while the rate rises each is twice as fast."""
    now, seconds = min(pace or qps, qps), 0.0
    while rising and requests and now < qps:
        seconds += 1 / now
        requests, now = requests - 1, min(now * 2, qps)
    return timedelta(seconds=seconds + requests / now)
