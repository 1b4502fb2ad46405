"""Names an event of the history for a person: the vendor's, our own observations, others' deeds."""

from typing import Any

from devices import words
from devices.models import LogEntry

OWN = {member.value: member for member in LogEntry.Own}  # a page names hundreds


def event_name(event_id: int, language: str) -> str:
    """Name a type of event, the vendor's or our own observation."""
    own = OWN.get(event_id)
    return str(own.label) if own else words.event_name(event_id, language)


def event(event_id: int, source_id: int | None, value: Any, language: str) -> str:
    """Name what happened in one row; what somebody else did is told by its source."""
    if event_id == LogEntry.Own.BY_OTHERS and isinstance(value, dict):
        return words.by_others(str(value.get("what", "")), source_id, language)
    return event_name(event_id, language)
