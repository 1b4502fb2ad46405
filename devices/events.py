"""Writes events to the history: any number, each once, whatever comes twice or out of order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from . import causes, codes, partitions, placing
from .packing import COLUMNS, EPOCH, LATEST_MS, Event, clean, pack
from .placing import Stored

__all__ = ["Event", "clean", "millis", "moment", "store"]

DAY_MS = 86_400_000

# A poll sees a change late, and two clocks are involved: within this of the poll's interval a log
# row of the same value is the same change.
SLACK = timedelta(seconds=2)

# Whether anything is known of these devices in this span of time.
NEIGHBOURS = """
    SELECT EXISTS (
        SELECT FROM unnest(%s::int[]) AS one (device), LATERAL (
            SELECT FROM devices_logentry
            WHERE device_id = one.device AND event_time >= %s AND event_time < %s LIMIT 1
        ) AS there
    )
"""
# OFFSET 0: each moment is looked up by the key. PostgreSQL would read the whole history instead.
THERE = """
    SELECT log.device_id, log.event_time, log.event_id, known.code, log.source_id, log.provenance,
        log.said
    FROM unnest(%s::int[], %s::timestamptz[]) AS told (device, at)
    CROSS JOIN LATERAL (
        SELECT * FROM devices_logentry
        WHERE device_id = told.device AND event_time >= told.at AND event_time < told.at + %s
        OFFSET 0
    ) log JOIN devices_code known ON known.number = log.code
"""
# How far behind a moment is looked for its rows: a millisecond holds a thousand. Who tells more
# than that of one moment has a clock that stands still.
REACHES = tuple(timedelta(milliseconds=8**n) for n in range(6))

# The device's own log knows better when it happened: what the feed said or a poll inferred gives
# way to it, in whichever order they arrive; and so does a poll's row to the feed's.
SUPERSEDE = """
    DELETE FROM devices_logentry polled
    WHERE polled.device_id = ANY(%s) AND polled.provenance IN (2, 3) AND polled.event_time >= %s
    AND EXISTS (
        SELECT FROM devices_logentry told
        WHERE told.device_id = polled.device_id
        AND told.event_time >= to_timestamp((
            nullif(split_part(polled.said, E'\\n', 2), '')::jsonb ->> 'not_before'
        )::bigint / 1000.0) - %s + interval '1 ms'
        AND told.event_time < date_trunc('milliseconds', polled.event_time) + %s + interval '1 ms'
        AND told.event_id = polled.event_id
        AND told.code = polled.code
        AND told.provenance < polled.provenance
        AND nullif(split_part(told.said, E'\\n', 1), '')::jsonb
            IS NOT DISTINCT FROM nullif(split_part(polled.said, E'\\n', 1), '')::jsonb
    )
"""


def moment(ms: int) -> datetime:
    """Return a time of the vendor as ours; an impossible one is moved to the nearest possible."""
    return EPOCH + timedelta(milliseconds=min(max(ms, 0), LATEST_MS))


def millis(when: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (when - EPOCH) // timedelta(milliseconds=1)


def store(events: Iterable[Event], received_at: datetime) -> int:
    """Add what is new, inside the caller's transaction; return how many were new.

    A reset, rename or removal that was not ours adds an event that says so.
    """
    batch = list(events)
    if not batch:
        return 0
    batch += causes.by_others(batch)
    partitions.ensure(moment(day * DAY_MS) for day in {event.at // DAY_MS for event in batch})
    with connection.cursor() as cursor:
        added = _write(cursor, batch, received_at)
        _supersede(cursor, batch)
    return added


def _write(cursor: Any, batch: Sequence[Event], received_at: datetime) -> int:
    """Write what is new; another worker may write the same meanwhile, then it is looked again."""
    numbers = codes.numbers(cursor, {event.code for event in batch})
    crowded = _has_neighbours(cursor, batch)
    for reach in REACHES:
        there = _there(cursor, batch, reach) if crowded else ()
        rows = placing.placed(batch, there)
        if _copied(cursor, pack(rows, received_at, numbers)):
            return len(rows)
        crowded = True
    message = "the history has no room for these events, or others write them again and again"
    raise IntegrityError(message)


def _has_neighbours(cursor: Any, batch: Sequence[Event]) -> bool:
    devices = sorted({event.device for event in batch})
    first, last = min(event.at for event in batch), max(event.at for event in batch)
    cursor.execute(NEIGHBOURS, [devices, moment(first), moment(last) + REACHES[0]])
    return bool(cursor.fetchone()[0])


def _there(cursor: Any, batch: Sequence[Event], reach: timedelta) -> list[Stored]:
    """Return the rows in the milliseconds of a batch."""
    moments = sorted({(event.device, moment(event.at)) for event in batch})
    columns: list[Any] = [[device for device, _at in moments], [at for _device, at in moments]]
    cursor.execute(THERE, [*columns, reach])
    # the reaches of two moments may overlap
    return [
        Stored(device, (place - EPOCH) // timedelta(microseconds=1), *told)
        for device, place, *told in dict.fromkeys(cursor.fetchall())
    ]


def _copied(cursor: Any, pieces: Iterable[bytes]) -> bool:
    """Write straight into the history; False when another wrote at one of the places since."""
    try:
        with (
            transaction.atomic(),
            cursor.copy(f"COPY devices_logentry ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            for piece in pieces:
                copy.write(piece)
    except UniqueViolation:
        return False
    return True


def _supersede(cursor: Any, batch: Sequence[Event]) -> None:
    devices = sorted({event.device for event in batch})
    earliest = moment(min(event.at for event in batch)) - SLACK
    cursor.execute(SUPERSEDE, [devices, earliest, SLACK, SLACK])
