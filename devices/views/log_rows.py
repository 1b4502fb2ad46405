"""Log rows as a person reads them: words for numbers, typed values, old and new, ours or not.

What a row lacks is read in one query a kind, never in one a row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from devices import causes, telling, words
from devices.causes import Happening
from devices.datapoints import Reading, Specification
from devices.explorer import Key, key_of
from devices.folding import Fold, Told, fold
from devices.models import Device, LogEntry, Provenance
from devices.specified import specification
from pages.moments import span

REPORTED = 7  # the event type that carries a data point
PRECISE_S = 10  # below it a tenth of a second is worth showing
LOOK_BACK = timedelta(days=1)  # further back an earlier value says little, and costs a long read

OWN_ICONS = {
    -1: "pencil",
    -2: "help-circle",
    -3: "arrow-back-up",
    -4: "circle-off",
    -5: "user-exclamation",
    -6: "archive",
    -7: "archive-off",
}
TOLD = {LogEntry.Own.RENAMED.value, LogEntry.Own.BY_OTHERS.value}  # what may tell an old name

# Any of one device, in the order of the key: so the key's index is walked. Of a device that is
# asked for plainly PostgreSQL drops the order, and reads a day of everybody's instead.
PREVIOUS = """
    SELECT wanted.place, nullif(split_part(earlier.said, E'\\n', 1), '')::jsonb
    FROM unnest(%s::int[], %s::int[], %s::timestamptz[], %s::smallint[])
        AS wanted (place, device_id, event_time, code)
    CROSS JOIN LATERAL (
        SELECT said FROM devices_logentry log
        WHERE log.device_id = ANY(ARRAY[wanted.device_id])
        AND log.event_time < wanted.event_time AND log.event_time >= wanted.event_time - %s
        AND log.event_id = 7 AND log.code = wanted.code
        ORDER BY log.device_id DESC, log.event_time DESC LIMIT 1
    ) earlier
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    row: LogEntry
    key: Key
    event: str
    icon: str
    source: str
    reading: Reading | None
    before: Reading | None
    text: str
    was: str
    lag: timedelta
    operation: int | None

    @property
    def raw(self) -> str:
        """All that is kept of the row."""
        return as_json(self.row)

    @property
    def device(self) -> Device:
        """The device that it happened to."""
        return self.row.device

    @property
    def by_others(self) -> bool:
        """Whether it tells what somebody else did."""
        return bool(self.row.event_id == LogEntry.Own.BY_OTHERS)

    @property
    def lag_words(self) -> str:
        """How long after the event Fleet learned of it."""
        seconds = self.lag.total_seconds()
        return f"{seconds:.1f} s" if seconds < PRECISE_S else span(self.lag)


def lines(rows: Sequence[LogEntry], language: str, *, unbroken: bool = False) -> list[Line]:
    """Return what the table shows of some rows, the newest first.

    `unbroken`: between two reports of one code none is left out, so that rows tell it themselves.
    """
    earlier = _earlier(rows, unbroken=unbroken)
    behind = causes.orders(
        Happening(row.device_id, row.event_time, row.event_id, row.source_id, row.value)
        for row in rows
    )
    known: dict[str | None, Specification] = {}
    for row in rows:
        key = row.device.product_id
        known[key] = known.get(key) or specification(row.device.product)
    return [
        _line(row, known[row.device.product_id], earlier.get(place), behind[place], language)
        for place, row in enumerate(rows)
    ]


def folded(lines: Sequence[Line]) -> list[Fold[Line]]:
    """Return the lines of a page with the flapping ones behind their newest."""
    return fold(
        [
            Told(one.row.device_id, one.row.event_id, one.row.code, one.row.event_time, one)
            for one in lines
        ]
    )


def _line(
    row: LogEntry,
    spec: Specification,
    earlier: tuple[Any, ...] | None,
    operation: int | None,
    language: str,
) -> Line:
    reading = spec.read(row.code, row.value, language) if row.code else None
    before = spec.read(row.code, earlier[0], language) if row.code and earlier else None
    if before and reading and before.text == reading.text:
        before = None
    was, text = before.text if before else "", reading.text if reading else plain(row.value)
    if row.event_id in TOLD and isinstance(row.value, dict):
        was, text = str(row.value.get("from", "")), str(row.value.get("to", ""))
    return Line(
        row=row,
        key=key_of(row),
        event=telling.event(row.event_id, row.source_id, row.value, language),
        icon=event_icon(row.event_id),
        source=source_name(row.source_id, language),
        reading=reading,
        before=before,
        text=text,
        was=was,
        lag=max(row.received_at - row.event_time, timedelta(0)),
        operation=operation,
    )


def event_icon(event_id: int) -> str:
    """Return the icon's name."""
    return OWN_ICONS.get(event_id) or words.event_icon(event_id)


def source_name(source_id: int | None, language: str) -> str:
    """Name a source; nothing where none was told."""
    return "" if source_id is None else words.source_name(source_id, language)


def as_json(row: LogEntry) -> str:
    """Return the row as it is kept, for a person who wants to see all of it."""
    # Written out: the encoder that indents is slow, and a page has two hundred rows.
    return (
        f'{{\n  "device_id": {_text(row.device.device_id)},\n'
        f'  "event_time": "{_stamp(row.event_time)}",\n'
        f'  "received_at": "{_stamp(row.received_at)}",\n'
        f'  "not_before": {_text(_stamp(row.not_before) if row.not_before else None)},\n'
        f'  "event_id": {row.event_id},\n'
        f'  "source_id": {"null" if row.source_id is None else row.source_id},\n'
        f'  "provenance": {_provenance(row.provenance, get_language() or "")},\n'
        f'  "code": {_text(row.code)},\n'
        f'  "value": {_indented(row.value)},\n'
        f'  "raw": {_text(row.raw)}\n}}'
    )


@lru_cache(32)
def _provenance(number: int, _language: str) -> str:
    return encode_basestring(str(Provenance(number).label))


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _text(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def _indented(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict | list):
        text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
        return text.replace("\n", "\n  ")
    return json.dumps(value)


def _earlier(rows: Sequence[LogEntry], *, unbroken: bool) -> dict[int, tuple[Any, ...]]:
    found = _beside(rows) if unbroken else {}
    reports = [(n, row) for n, row in enumerate(rows) if row.event_id == REPORTED and row.code]
    wanted = [(n, row) for n, row in reports if n not in found]
    if wanted:
        columns: list[Any] = [
            [place for place, _row in wanted],
            [row.device_id for _place, row in wanted],
            [row.event_time for _place, row in wanted],
            [row.code_number for _place, row in wanted],
            LOOK_BACK,
        ]
        with connection.cursor() as cursor:
            cursor.execute(PREVIOUS, columns)
            found |= {place: (_decoded(value),) for place, value in cursor.fetchall()}
    return {place: one for place, one in found.items() if one}


def _beside(rows: Sequence[LogEntry]) -> dict[int, tuple[Any, ...]]:
    """Return for the rows whose earlier one is among them what that said; nothing: too long ago.

    What stands in one millisecond has no order that the vendor told.
    """
    found: dict[int, tuple[Any, ...]] = {}
    waiting: dict[tuple[int, int], list[int]] = {}
    for place, row in enumerate(rows):
        if row.event_id != REPORTED:
            continue
        alike = waiting.setdefault((row.device_id, row.code_number), [])
        while alike and row.event_time < rows[alike[0]].event_time:
            near = rows[alike[0]].event_time - row.event_time <= LOOK_BACK
            found[alike.pop(0)] = (row.value,) if near else ()
        alike.append(place)
    return found


def _decoded(value: Any) -> Any:
    """Django switches the driver's own reading of JSON off."""
    return json.loads(value) if isinstance(value, str) else value


def plain(value: Any) -> str:
    """Return a value as a file holds it: text as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
