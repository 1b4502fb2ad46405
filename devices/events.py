"""Writes events to the history: any number, each once, whatever comes twice or out of order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection
from psycopg.errors import UniqueViolation

from . import causes, codes, partitions, placing
from .packing import COLUMNS, EPOCH, LATEST_MS, Event, clean, code_of, pack
from .placing import Stored

__all__ = ["Event", "clean", "millis", "moment", "store"]

DAY_MS = 86_400_000

# A poll sees a change late, and two clocks are involved: within this of the poll's interval a log
# row of the same value is the same change.
SLACK = timedelta(seconds=2)

# Whether anything is known of these devices in this time. LIMIT: PostgreSQL would count them all.
ANYTHING = """
    SELECT EXISTS (
        SELECT FROM unnest(%s::int[]) AS one (device), LATERAL (
            SELECT FROM devices_logentry
            WHERE device_id = one.device AND event_time >= %s AND {} LIMIT 1
        ) AS there
    )
"""
# What is asked before the rows are written, and what after, is asked at once: each answer that is
# waited for takes as long as ten rows. Codes that are new get their numbers before the savepoint.
SAVE = "SAVEPOINT written"
BEFORE = f"{codes.KNOWN}; {ANYTHING.format('event_time < %s')}; {SAVE}"
AFTER = f"RELEASE SAVEPOINT written; {ANYTHING.format('provenance IN (2, 3)')}"
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


@dataclass(frozen=True, slots=True)
class Span:
    """Which devices a batch tells of, and of which time."""

    devices: list[int]
    first: datetime
    last: datetime


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
    span = _span(batch)
    partitions.ensure(_times(batch, span))
    with connection.cursor() as cursor:
        added = _write(cursor, batch, span, received_at)
        _supersede(cursor, span)
    return added


def _span(batch: Iterable[Event]) -> Span:
    moments = [event.at for event in batch]
    devices = sorted({event.device for event in batch})
    return Span(devices, moment(min(moments)), moment(max(moments)))


def _times(batch: Iterable[Event], span: Span) -> Iterable[datetime]:
    """Return a time of each month."""
    if (span.first.year, span.first.month) == (span.last.year, span.last.month):
        return (span.first,)
    return (moment(day * DAY_MS) for day in {event.at // DAY_MS for event in batch})


def _write(cursor: Any, batch: Sequence[Event], span: Span, received_at: datetime) -> int:
    """Write what is new; another worker may write the same meanwhile, then it is looked again."""
    numbers, crowded = _known(cursor, batch, span)
    for reach in REACHES:
        there = _there(cursor, batch, reach) if crowded else ()
        rows = placing.placed(batch, there)
        if _copied(cursor, pack(rows, received_at, numbers)):
            return len(rows)
        crowded = True
    message = "the history has no room for these events, or others write them again and again"
    raise IntegrityError(message)


def _known(cursor: Any, batch: Iterable[Event], span: Span) -> tuple[dict[str, int], bool]:
    """Return the numbers of the codes, and whether the span has rows; leave a savepoint behind."""
    names = {code: code_of(code) for code in {event.code for event in batch}}
    until = span.last + REACHES[0]
    cursor.execute(BEFORE, [list(names.values()), span.devices, span.first, until])
    known = dict(cursor.fetchall())
    cursor.nextset()
    crowded = bool(cursor.fetchone()[0])
    if known.keys() >= set(names.values()):
        return {code: known[name] for code, name in names.items()}, crowded
    numbers = codes.numbers(cursor, names)
    cursor.execute(f"RELEASE {SAVE}; {SAVE}")
    return numbers, crowded


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
        with cursor.copy(f"COPY devices_logentry ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            for piece in pieces:
                copy.write(piece)
    except UniqueViolation:
        cursor.execute(f"ROLLBACK TO {SAVE}")
        return False
    return True


def _supersede(cursor: Any, span: Span) -> None:
    """Let what was inferred give way; where none was, to look is the quicker."""
    earliest = span.first - SLACK
    cursor.execute(AFTER, [span.devices, earliest])
    cursor.nextset()
    if cursor.fetchone()[0]:
        cursor.execute(SUPERSEDE, [span.devices, earliest, SLACK, SLACK])
