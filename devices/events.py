"""Writes events to the history: any number, each once, whatever comes twice or out of order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from . import causes, partitions
from .packing import COLUMNS, EPOCH, LATEST_MS, Event, clean, pack

__all__ = ["Event", "clean", "millis", "moment", "store"]

DAY_MS = 86_400_000

# A poll sees a change late, and two clocks are involved: within this of the poll's interval a log
# row of the same value is the same change.
SLACK = timedelta(seconds=2)

# Whether rows like these are there already: the same devices, span of time and provenance.
NEIGHBOURS = """
    SELECT EXISTS (
        SELECT FROM unnest(%s::bigint[]) AS one (device), LATERAL (
            SELECT FROM devices_logentry
            WHERE device_id = one.device AND event_time BETWEEN %s AND %s AND provenance = ANY(%s)
            LIMIT 1
        ) AS there
    )
"""
CREATE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS arriving (LIKE devices_logentry) ON COMMIT DELETE ROWS"
)
INSERT = f"""
    INSERT INTO devices_logentry ({COLUMNS})
    SELECT {COLUMNS} FROM arriving ORDER BY device_id, event_time
    ON CONFLICT DO NOTHING
"""  # noqa: S608  constants only

# The device's own log knows better when it happened: what the feed said or a poll inferred gives
# way to it, in whichever order they arrive; and so does a poll's row to the feed's.
SUPERSEDE = """
    DELETE FROM devices_logentry polled
    WHERE polled.device_id = ANY(%s) AND polled.provenance IN (2, 3) AND polled.event_time >= %s
    AND EXISTS (
        SELECT FROM devices_logentry told
        WHERE told.device_id = polled.device_id
        AND told.event_time > polled.not_before - %s
        AND told.event_time <= polled.event_time + %s
        AND told.event_id = polled.event_id
        AND told.code = polled.code
        AND told.provenance < polled.provenance
        AND told.value IS NOT DISTINCT FROM polled.value
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
        if not _has_neighbours(cursor, batch) and _copied(cursor, batch, received_at):
            added = len(batch)
        else:
            added = _merge(cursor, batch, received_at)
        _supersede(cursor, batch)
    return added


def _has_neighbours(cursor: Any, batch: Sequence[Event]) -> bool:
    devices = sorted({event.device for event in batch})
    first, last = min(event.at for event in batch), max(event.at for event in batch)
    kinds = sorted({int(event.provenance) for event in batch})
    cursor.execute(NEIGHBOURS, [devices, moment(first), moment(last), kinds])
    return bool(cursor.fetchone()[0])


def _copied(cursor: Any, batch: Sequence[Event], received_at: datetime) -> bool:
    """Write straight into the history, twice as fast; False when a row was there after all."""
    try:
        with transaction.atomic():
            _copy(cursor, "devices_logentry", batch, received_at)
    except UniqueViolation:  # the batch has it twice, or another worker wrote it since we looked
        return False
    return True


def _merge(cursor: Any, batch: Sequence[Event], received_at: datetime) -> int:
    """COPY into a temporary table, then one INSERT that leaves out what is there already."""
    cursor.execute(CREATE)
    _copy(cursor, "arriving", batch, received_at)
    cursor.execute(INSERT)
    added: int = cursor.rowcount
    cursor.execute("DELETE FROM arriving")
    return added


def _copy(cursor: Any, table: str, batch: Sequence[Event], received_at: datetime) -> None:
    with cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
        for piece in pack(batch, received_at):
            copy.write(piece)


def _supersede(cursor: Any, batch: Sequence[Event]) -> None:
    devices = sorted({event.device for event in batch})
    earliest = moment(min(event.at for event in batch)) - SLACK
    cursor.execute(SUPERSEDE, [devices, earliest, SLACK, SLACK])
