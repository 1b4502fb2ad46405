"""Reads one data point's past for a chart or a caller of REST: points, gaps and their reasons."""

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import connection

from devices import books, series, specified
from devices.datapoints import Specification
from devices.models import Device

REPORT = 7  # the vendor's event number for a data point's value

SPELLED = re.compile(r"true|false|-?[0-9]{1,15}(\.[0-9]{1,9})?")

# Two strings hold it all: made row by row in Python, a week would take longer than its reading.
# No JSON holds the character between them; `said` begins with the value, a line of its own.
# Which devices is hidden from the planner: of one that speaks a lot it would walk the times of all,
# and read millions of rows of others. In no order: it puts those of one device in order slowly.
TOLD = """
    SELECT string_agg(timestamptz_send(event_time), ''::bytea), string_agg(said, E'\\x1e')
    FROM (
        SELECT event_time, said FROM devices_logentry
        WHERE device_id = ANY(ARRAY(SELECT unnest(%s::int[])))
        AND event_time >= %s AND event_time < %s AND event_id = %s
        AND code = (SELECT number FROM devices_code WHERE code = %s)
        {order} LIMIT %s
    ) told
"""
# Of each device by the key, from the range's beginning back to the code's last report.
BEFORE = """
    SELECT event_time, said FROM unnest(%s::int[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT event_time, said FROM devices_logentry
        WHERE device_id = ANY(ARRAY[wanted.id]) AND event_time < %s AND event_id = %s
        AND code = (SELECT number FROM devices_code WHERE code = %s)
        ORDER BY device_id DESC, event_time DESC LIMIT 1
    ) last ORDER BY event_time DESC LIMIT 1
"""
EPOCH_MS = 946_684_800_000  # PostgreSQL counts microseconds from 2000 on

# What one drawing may read; a device that speaks every second fills it in a day. The newest stay.
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Past:
    """A data point between two moments, in the unit that people read."""

    series: series.Series
    rows: int
    cut: bool  # more than MOST_ROWS: the oldest part of the range is missing


def read(
    device: Device,
    code: str,
    *,
    start: datetime,
    end: datetime,
    limit: int,
    now: datetime,
    older: Sequence[Device] = (),
) -> Past:
    """Return at most `limit` points or buckets of `code` in [start, end).

    `older`: the devices that this one continues, the newest first; their values are drawn as its.
    """
    drawn_of = (device, *older)
    specification = specified.specification(device.product)
    at_ms, said, cut = _told(drawn_of, code, start, end)
    before = None if cut else _before(drawn_of, code, start)
    course = series.Course.read(
        [before[0], *at_ms] if before else at_ms,
        [before[1], *said] if before else said,
        lambda one: _value(specification, code, _first_line(one)),
    )
    drawn = series.series(
        course,
        gaps(device, start, end, now, older),
        milliseconds(start),
        milliseconds(end),
        limit,
        kind=_kind(specification, code),
    )
    return Past(drawn, len(said), cut)


def gaps(
    device: Device,
    start: datetime,
    end: datetime,
    now: datetime,
    older: Sequence[Device] = (),
    *,
    left_at: datetime | None = None,
) -> list[series.Gap]:
    """Return the stretches of [start, end) of which the history does not hold all values.

    `left_at`: another device continues this one from then on.
    """
    found = between(books.of(device, now, left_at=left_at), start, end, now)
    if not older:
        return found
    begins = min(device.active_at or device.first_seen_at, device.first_seen_at)
    return series.continued(
        found,
        gaps(older[0], start, end, now, older[1:], left_at=older[0].state_since),
        milliseconds(begins),
        milliseconds(older[0].state_since),
    )


def between(held: books.Books, start: datetime, end: datetime, now: datetime) -> list[series.Gap]:
    """Return the gaps of one device's books in [start, end)."""
    span = (milliseconds(start), milliseconds(end), milliseconds(now))
    return series.gaps_between(held.ledger, held.since, *span, until=held.left)


def milliseconds(at: datetime) -> int:
    """Return a moment as the clouds write it."""
    return round(at.timestamp() * 1000)


def whole_ms(at: datetime) -> int:
    """Return a row's moment as the clouds wrote it: what stands below the ms is its place."""
    return milliseconds(at.replace(microsecond=at.microsecond // 1000 * 1000))


def _told(
    devices: Sequence[Device], code: str, start: datetime, end: datetime
) -> tuple[list[int], list[str], bool]:
    """Return moments in ms, what was said at each, and whether older ones are missing.

    Of more than a drawing may read, the newest are asked for: to put them in order takes longer.
    """
    given = ([device.pk for device in devices], start, end, REPORT, code)
    at_ms, said = _asked("", *given, MOST_ROWS + 1)
    if len(said) <= MOST_ROWS:
        return at_ms, said, False
    return *_asked("ORDER BY event_time DESC", *given, MOST_ROWS), True


def _asked(order: str, *given: Any) -> tuple[list[int], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(TOLD.format(order=order), given)
        moments, said = cursor.fetchone()
    if moments is None:
        return [], []
    packed = struct.unpack(f">{len(moments) // 8}q", moments)
    told = series.Course.of(list(packed), said.split("\x1e"))
    # What stands below the milliseconds is a row's place.
    return [at // 1000 + EPOCH_MS for at in told.at_ms], [*told.values]


def _first_line(said: str) -> object:
    text = said.split("\n", 1)[0]
    return json.loads(text) if text else None


def _before(devices: Sequence[Device], code: str, start: datetime) -> tuple[int, str] | None:
    """Return what held when the range began: a step line must not start in the air."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [[one.pk for one in devices], start, REPORT, code])
        last = cursor.fetchone()
    if last is None:
        return None
    return whole_ms(last[0]), last[1]


def _value(specification: Specification, code: str, raw: object) -> object:
    definition = specification.get(code)
    if definition is None:
        return spelled_out(raw)
    if isinstance(raw, bool | str):
        return raw
    return specification.read(code, raw).value


def spelled_out(raw: object) -> object:
    """Return the number or truth value that a log's text spells, else the value itself.

    Only for drawing, and only while the product has no specification.
    """
    if not isinstance(raw, str) or not SPELLED.fullmatch(raw):
        return raw
    return json.loads(raw) if raw in {"true", "false"} else float(raw)


def _kind(specification: Specification, code: str) -> Literal["line", "step"] | None:
    definition = specification.get(code)
    if definition is None:
        return None
    return "line" if definition.type == "Integer" else "step"
