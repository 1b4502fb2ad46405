"""What happened to a device besides its reports: the marks on a chart's time axis. Reads only."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from devices import telling
from devices.history import REPORT, whole_ms
from devices.models import Device, LogEntry
from devices.words import source_name

SIGNAL = 8  # the vendor's event number for signal strength: told so often that it says nothing here
MOST = 200  # of one drawing; the newest stay

# Which devices is hidden from the planner, as in `LogQuerySet.by_key`.
HIDDEN = "(SELECT unnest(%s::int[]))"
BESIDES = """
    SELECT event_time, event_id, source_id, value FROM devices_history
    WHERE device_id = {among} AND event_time >= %s AND event_time < %s
    AND NOT (event_id IN (%s, %s)) ORDER BY event_time DESC, event_id DESC LIMIT %s
"""


class Mark(NamedTuple):
    """One event at one moment; `text` is for a person."""

    at_ms: int
    event_id: int
    text: str


def between(
    devices: Sequence[Device], start: datetime, end: datetime, language: str
) -> tuple[Mark, ...]:
    """Return the events of [start, end) that are no reports, oldest first."""
    keys = [device.pk for device in devices]
    among = HIDDEN if len(keys) == 1 else f"ANY(ARRAY{HIDDEN})"  # of many ten are expected
    with connection.cursor() as cursor:
        cursor.execute(BESIDES.format(among=among), [keys, start, end, REPORT, SIGNAL, MOST])
        found = cursor.fetchall()
    return tuple(
        Mark(whole_ms(at), event_id, _text(event_id, source_id, value, language))
        for at, event_id, source_id, value in reversed(found)
    )


def _text(event_id: int, source_id: int | None, told: str | None, language: str) -> str:
    value = json.loads(told) if told else None
    words = telling.event(event_id, source_id, value, language)
    if event_id == LogEntry.Own.RENAMED and isinstance(value, dict):
        return f"{words}: {value.get('from', '')} → {value.get('to', '')}"
    if source_id is None or event_id == LogEntry.Own.BY_OTHERS:
        return words
    return f"{words} ({source_name(source_id, language)})"
