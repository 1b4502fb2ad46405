"""Finds the place of each new event in the history, and leaves out what is there. Touches nothing.

A place is the event's millisecond, and in it a microsecond of its own: device and place are the
key. What a row says is its identity, compared as a whole: no digest, so none that can collide.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from .packing import Event, clean, code_of, encode, possible, small

ROOM = 1000  # places in a millisecond; what finds none there stands behind, and says where it was

Placed = tuple[Event, int]  # the place in microseconds since 1970
Identity = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A row that is there, as its table has it; the place in microseconds since 1970."""

    device: int
    place: int
    event_id: int
    code: str
    source_id: int | None
    provenance: int
    said: str


def placed(events: Iterable[Event], there: Sequence[Stored] = ()) -> list[Placed]:
    """Return the events that are not there yet, in the order of device and time.

    `there`: all rows of the milliseconds in which the events happened.
    """
    # twice by one number is faster than once by two: most come in order, and of one device
    ordered = sorted(events, key=attrgetter("at"))
    ordered.sort(key=attrgetter("device"))
    places = [possible(event.at) * ROOM for event in ordered]
    rows = list(zip(ordered, places, strict=True))
    alone = len(set(places)) == len(rows)  # as most of one device are
    return rows if alone and not there else _apart(rows, there)


def _apart(rows: Iterable[Placed], there: Sequence[Stored]) -> list[Placed]:
    told = {_of_row(row) for row in there}
    taken = {(row.device, row.place) for row in there}
    free: dict[tuple[int, int], int] = {}
    found = []
    for event, moment in sorted(rows, key=_order):
        identity = _of_event(event)
        if identity in told:
            continue
        place = free.get((event.device, moment), moment)
        while (event.device, place) in taken:
            place += 1
        told.add(identity)
        taken.add((event.device, place))
        free[event.device, moment] = place + 1
        found.append((event, place))
    return found


def _order(row: Placed) -> tuple[int, int, int, str]:
    """Rows of one moment stand in the order of what happened."""
    event, place = row
    return event.device, place, event.event_id, event.code


def _of_event(event: Event) -> Identity:
    raw, value = event.raw, clean(event.value)
    return (
        event.device,
        possible(event.at),
        small(event.event_id),
        code_of(event.code),
        event.source_id,
        event.provenance,
        _text(encode(value).decode()) if raw is None else _alike(clean(raw)),
    )


def _of_row(row: Stored) -> Identity:
    value, _, rest = row.said.partition("\n")
    more = json.loads(rest) if rest else {}
    return (
        row.device,
        more.get("at", row.place // ROOM),
        row.event_id,
        row.code,
        row.source_id,
        row.provenance,
        _alike(more["raw"]) if "raw" in more else _text(value or "null"),
    )


def _text(value: str) -> str | None:
    """Return a value as a log's text: the same whether its specification was known then or not."""
    if value == "null":
        return None
    return _alike(json.loads(value) if value.startswith('"') else value)


def _alike(text: str) -> str:
    """Return a text with the JSON in it in one form: PostgreSQL has its own."""
    if text[:1] not in {"{", "["}:
        return text
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text
