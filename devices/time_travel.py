"""What a device said at a past moment, code by code, and how sure that is. Reads history only.

A value holds from its report on; whether nothing was said in between is what coverage proves.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from devices import books, history, series
from devices.history import REPORT, milliseconds
from devices.models import Device, LogEntry

ONLINE, OFFLINE = 1, 2  # the vendor's event numbers
POLLED_WITHIN = timedelta(days=1)  # a poll that comes later than this says nothing of the moment

MILLISECOND = timedelta(milliseconds=1)

# The last report of each code up to the moment. A poll's row says only that the change lay between
# `not_before` and its own time: one that reaches over the moment leaves open which value held.
# Any of one device, in the order of the key: so the key's index is walked. Of a device that is
# asked for plainly PostgreSQL drops the order, and takes its chance along everybody's times.
# Only what the feed or a poll told has a `not_before`; these few rows have an index.
HELD = """
    SELECT wanted.code, known.number, date_trunc('milliseconds', earlier.event_time),
        earlier.value, date_trunc('milliseconds', later.event_time)
    FROM unnest(%(codes)s::text[]) AS wanted (code)
    LEFT JOIN devices_code known ON known.code = wanted.code
    LEFT JOIN LATERAL (
        SELECT event_time, value FROM devices_history log
        WHERE device_id = ANY(ARRAY[%(device)s])
        AND event_time < %(after)s AND event_time >= %(near)s
        AND event_id = %(report)s AND code_number = known.number
        ORDER BY device_id DESC, event_time DESC LIMIT 1
    ) earlier ON true
    LEFT JOIN LATERAL (
        SELECT event_time FROM devices_history log
        WHERE device_id = ANY(ARRAY[%(device)s]) AND provenance IN (2, 3)
        AND event_time >= %(after)s AND event_time <= %(reach)s
        AND event_id = %(report)s AND code_number = known.number AND not_before < %(moment)s
        ORDER BY device_id, event_time LIMIT 1
    ) later ON true
"""
# What was not told lately is looked for in all of the past at once: for a code that was never told,
# all rows of the device are read.
LONG_AGO = """
    SELECT code_number, date_trunc('milliseconds', event_time), value FROM (
        SELECT DISTINCT ON (log.code) log.code AS code_number, event_time,
            nullif(split_part(said, E'\\n', 1), '')::jsonb AS value
        FROM devices_logentry log
        WHERE device_id = ANY(ARRAY(SELECT unnest(%(device)s::int[]))) AND event_time < %(near)s
        AND event_id = %(report)s AND log.code = ANY(%(numbers)s)
        ORDER BY log.code, event_time DESC
    ) last
"""
NEAR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Held:
    """What one code said at the moment; `known` is False when nothing was told before it.

    `gaps`: stretches between the report and the moment of which the history holds not all values.
    `unsure_until`: a poll found another value then, and when it changed nobody saw.
    """

    code: str
    known: bool
    value: Any = None
    at: datetime | None = None
    gaps: tuple[series.Gap, ...] = ()
    unsure_until: datetime | None = None

    @property
    def proven(self) -> bool:
        """Whether this and nothing else was the value."""
        return self.known and not self.gaps and self.unsure_until is None


@dataclass(frozen=True, slots=True)
class Then:
    """A device at a moment; `online` is None when no event up to then tells."""

    moment: datetime
    online: bool | None
    online_since: datetime | None
    values: dict[str, Held]


def then(device: Device, moment: datetime, now: datetime) -> Then:
    """Return what the device said at the moment. Five statements, however many codes."""
    moment = min(moment, now)
    turn = (
        LogEntry.objects.of_one(device.pk)
        .filter(event_id__in=(ONLINE, OFFLINE), event_time__lt=_after(moment))
        .order_by("-device_id", "-place")
        .values_list("event_id", "event_time")
        .first()
    )
    return Then(
        moment=moment,
        online=turn[0] == ONLINE if turn else None,
        online_since=turn[1] if turn else None,
        values={held.code: held for held in _held(device, moment, now)},
    )


def _after(moment: datetime) -> datetime:
    """Return where the rows of a moment end: those of one millisecond stand a little apart."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000) + MILLISECOND


def codes(device: Device) -> list[str]:
    """Return every code that the device told, or that its product promises."""
    promised = device.product.items if device.product else []
    named = [item.get("code") for item in promised if isinstance(item, dict)]
    found = [code for code in named if isinstance(code, str) and code]
    return list(dict.fromkeys([*found, *sorted(device.status)]))


def _held(device: Device, moment: datetime, now: datetime) -> Iterable[Held]:
    known = books.of(device, now)
    for code, told_at, told, unsure_until in _rows(device, moment, now):
        at, value = (told_at, _decoded(told)) if told_at else _unlogged(device, code, moment)
        if at is None:
            yield Held(code, known=False, unsure_until=unsure_until)
            continue
        gaps = history.between(known, at, moment, now)
        yield Held(code, True, value, at, tuple(gaps), unsure_until)


def _unlogged(device: Device, code: str, moment: datetime) -> tuple[datetime | None, Any]:
    """Return the value that was there at the first look already: no event tells of it."""
    stamp = device.stamps.get(code) or ()
    told = next((one for one in stamp[:2] if one is not None), None)
    if code not in device.status or told is None or told > milliseconds(moment):
        return None, None
    return datetime.fromtimestamp(told / 1000, UTC), device.status[code]


def _rows(device: Device, moment: datetime, now: datetime) -> Iterable[tuple[Any, ...]]:
    after = _after(moment)
    given: dict[str, Any] = {"report": REPORT, "near": after - NEAR}
    near = given | {"codes": codes(device), "device": device.pk, "moment": moment}
    near |= {"after": after, "reach": min(now, moment + POLLED_WITHIN)}
    with connection.cursor() as cursor:
        cursor.execute(HELD, near)
        rows = cursor.fetchall()
        unfound = [number for _, number, at, *_ in rows if number is not None and at is None]
        long_ago: dict[int, tuple[Any, ...]] = {}
        if unfound:
            cursor.execute(LONG_AGO, given | {"numbers": unfound, "device": [device.pk]})
            long_ago = {number: found for number, *found in cursor.fetchall()}
    for code, number, at, value, unsure_until in rows:
        yield code, *long_ago.get(number, (at, value)), unsure_until


def different(one: Held | None, other: Held | None) -> bool:
    """Whether two moments tell something else of a code; unknown is not the same as anything."""
    if one is None or other is None or not (one.known and other.known):
        return (one is not None and one.known) != (other is not None and other.known)
    return bool(one.value != other.value)


def _decoded(value: Any) -> Any:
    """Django switches the driver's own reading of JSON off."""
    return json.loads(value) if isinstance(value, str) else value
