"""What happened to a device besides its reports: the marks on a chart's time axis. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from devices import telling
from devices.history import REPORT, milliseconds
from devices.models import Device, LogEntry
from devices.words import source_name

SIGNAL = 8  # the vendor's event number for signal strength: told so often that it says nothing here
MOST = 200  # of one drawing; the newest stay


@dataclass(frozen=True, slots=True)
class Mark:
    """One event at one moment; `text` is for a person."""

    at_ms: int
    event_id: int
    text: str


def between(
    devices: Sequence[Device], start: datetime, end: datetime, language: str
) -> tuple[Mark, ...]:
    """Return the events of [start, end) that are no reports, oldest first."""
    rows = LogEntry.objects.by_key(devices).between(start, end)
    rows = rows.exclude(event_id__in=(REPORT, SIGNAL)).order_by("-event_time", "-event_id")
    found = rows.values_list("event_time", "event_id", "source_id", "value")[:MOST]
    return tuple(
        Mark(milliseconds(at), event_id, _text(event_id, source_id, value, language))
        for at, event_id, source_id, value in reversed(found)
    )


def _text(event_id: int, source_id: int | None, value: object, language: str) -> str:
    words = telling.event(event_id, source_id, value, language)
    if event_id == LogEntry.Own.RENAMED and isinstance(value, dict):
        return f"{words}: {value.get('from', '')} → {value.get('to', '')}"
    if source_id is None or event_id == LogEntry.Own.BY_OTHERS:
        return words
    return f"{words} ({source_name(source_id, language)})"
