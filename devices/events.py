"""Writes events to the history: any number, each once, whatever comes twice or out of order."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from psycopg.types.json import Jsonb

from . import partitions
from .models import Provenance

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds() * 1000)
LONGEST_CODE = 64
SMALLEST, LARGEST = -32_768, 32_767  # of a smallint: event and source numbers

# A poll sees a change late, and two clocks are involved: within this of the poll's interval a log
# row of the same value is the same change.
SLACK = timedelta(seconds=2)

COLUMNS = (
    "device_id, event_time, received_at, not_before, digest, event_id, source_id, provenance,"
    " code, value, raw"
)
TYPES = (
    "int8", "timestamptz", "timestamptz", "timestamptz", "int4", "int2", "int2", "int2",
    "varchar", "jsonb", "text",
)  # fmt: skip

CREATE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS arriving (LIKE devices_logentry) ON COMMIT DELETE ROWS"
)
INSERT = f"""
    INSERT INTO devices_logentry ({COLUMNS})
    SELECT {COLUMNS} FROM arriving ORDER BY device_id, event_time
    ON CONFLICT DO NOTHING
"""  # noqa: S608  constants only

# The device's own log knows better when it happened: what a poll inferred gives way to it, in
# whichever order the two arrive.
SUPERSEDE = """
    DELETE FROM devices_logentry polled
    WHERE polled.device_id = ANY(%s) AND polled.provenance = 3 AND polled.event_time >= %s
    AND EXISTS (
        SELECT FROM devices_logentry told
        WHERE told.device_id = polled.device_id
        AND told.event_time > polled.not_before - %s
        AND told.event_time <= polled.event_time + %s
        AND told.event_id = polled.event_id
        AND told.code = polled.code
        AND told.provenance < 3
        AND told.value IS NOT DISTINCT FROM polled.value
    )
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. Times in ms since 1970, by the vendor's clock."""

    device: int
    at: int
    event_id: int
    provenance: Provenance
    code: str = ""
    value: Any = None
    raw: str | None = None
    source_id: int | None = None
    not_before: int | None = None


def moment(ms: int) -> datetime:
    """Return a time of the vendor as ours; an impossible one is moved to the nearest possible."""
    return EPOCH + timedelta(milliseconds=min(max(ms, 0), LATEST_MS))


def millis(when: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (when - EPOCH) // timedelta(milliseconds=1)


def store(events: Iterable[Event], received_at: datetime) -> int:
    """Add what is new, inside the caller's transaction; return how many were new.

    COPY into a temporary table, then one INSERT that leaves out what is there already.
    """
    batch = list(events)
    if not batch:
        return 0
    partitions.ensure(moment(event.at) for event in batch)
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        with cursor.copy(f"COPY arriving ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(TYPES)
            for event in batch:
                copy.write_row(_row(event, received_at))
        cursor.execute(INSERT)
        added: int = cursor.rowcount
        cursor.execute("DELETE FROM arriving")
        _supersede(cursor, batch)
        return added


def _supersede(cursor: Any, batch: Sequence[Event]) -> None:
    devices = sorted({event.device for event in batch})
    earliest = moment(min(event.at for event in batch)) - SLACK
    cursor.execute(SUPERSEDE, [devices, earliest, SLACK, SLACK])


def _row(event: Event, received_at: datetime) -> tuple[Any, ...]:
    not_before = None if event.not_before is None else moment(event.not_before)
    value = clean(event.value)
    return (
        event.device,
        moment(event.at),
        received_at,
        not_before,
        digest(event),
        min(max(event.event_id, SMALLEST), LARGEST),
        event.source_id,
        event.provenance,
        clean(event.code)[:LONGEST_CODE],
        None if value is None else Jsonb(value, dumps=msgspec.json.encode),
        _text_that_differs(event.raw, value),
    )


def _text_that_differs(raw: str | None, value: Any) -> str | None:
    """Return the vendor's text, unless the value says the same: most rows need it once."""
    if raw is None or raw == value:
        return None
    return None if raw == msgspec.json.encode(value).decode() else clean(raw)


def digest(event: Event) -> int:
    """Tell two rows of one millisecond apart: by what they say and who said it."""
    said = event.raw if event.raw is not None else msgspec.json.encode(event.value).decode()
    told = f"{said}\0{event.source_id}\0{event.not_before is not None}"
    return zlib.crc32(told.encode("utf-8", "surrogatepass")) - 2**31


def clean(value: Any) -> Any:
    """Return the value without what PostgreSQL cannot keep: NUL and halves of surrogate pairs."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value
