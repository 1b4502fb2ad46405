"""The choices beside the log and the columns above it: words, counts, and addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from devices import explorer, telling
from devices.explorer import Histogram, Wanted
from devices.forms import NOBODY
from devices.models import Provenance
from devices.views import log_rows

PLACE = ("before", "after", "at")  # a place in the log means nothing under another filter
HEIGHT = 100  # the drawing's own units
LOWEST = 3.0  # so that a single event is seen beside ten thousand


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a facet; its address turns the choice on or off."""

    words: str
    icon: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One question with its answers."""

    name: str
    title: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the histogram in the drawing's units; `counted` is False beyond the limit."""

    x: int
    top: float
    height: float
    start: datetime
    end: datetime
    count: int
    counted: bool
    address: str


def shown(wanted: Wanted, query: QueryDict, language: str) -> tuple[list[Facet], bool]:
    """Return the facets, and whether only the newest rows were counted for them."""
    counted, cut = explorer.facets(wanted)
    facets: tuple[tuple[str, str, str, tuple[Any, ...], Callable[[Any], str]], ...] = (
        (
            "event",
            _("Event"),
            "event_id",
            wanted.events,
            lambda e: telling.event_name(e, language),
        ),
        ("source", _("Source"), "source_id", wanted.sources, lambda s: _source(s, language)),
        ("provenance", _("Known by"), "provenance", wanted.provenances, _provenance),
        ("code", _("Code"), "code", wanted.codes, str),
    )
    return [
        Facet(name, title, _choices(name, counted[field], chosen, query, words))
        for name, title, field, chosen, words in facets
    ], cut


def _choices(
    name: str,
    counted: list[tuple[Any, int]],
    chosen: tuple[Any, ...],
    query: QueryDict,
    words: Callable[[Any], str],
) -> list[Choice]:
    return [
        Choice(
            words=words(value),
            icon=log_rows.event_icon(value) if name == "event" else "",
            count=count,
            chosen=value in chosen,
            address=_toggled(query, name, value, chosen),
        )
        for value, count in counted
        if value != ""  # an event without a code is no answer to "which code"
    ]


def _toggled(query: QueryDict, name: str, value: Any, chosen: tuple[Any, ...]) -> str:
    kept = [one for one in chosen if one != value] + ([] if value in chosen else [value])
    return _address(query, {name: [NOBODY if one is None else str(one) for one in kept]})


def _address(query: QueryDict, changes: dict[str, list[str]]) -> str:
    changed = query.copy()
    for name in PLACE:
        changed.pop(name, None)
    for name, values in changes.items():
        changed.setlist(name, values)
    return "?" + changed.urlencode()


def without_hidden(query: QueryDict, code: str) -> str:
    """Return the address that shows a hidden code again."""
    hidden = [one for text in query.getlist("not_code") for one in text.split(",") if one != code]
    return _address(query, {"not_code": hidden})


def _source(source_id: int | None, language: str) -> str:
    return log_rows.source_name(source_id, language) or _("none told")


def _provenance(number: int) -> str:
    known = number in Provenance.values
    return str(Provenance(number).label) if known else str(number)


def columns(drawn: Histogram, query: QueryDict) -> list[Column]:
    """Return the columns; each leads to its own stretch of time."""
    highest = max((bar.count for bar in drawn.bars), default=0)
    return [
        Column(
            x=place,
            top=round(HEIGHT - height, 1),
            height=height,
            start=bar.start,
            end=bar.end,
            count=bar.count,
            counted=drawn.counted_from is None or bar.end > drawn.counted_from,
            address=_address(query, {"start": [_iso(bar.start)], "end": [_iso(bar.end)]}),
        )
        for place, bar in enumerate(drawn.bars)
        for height in [_height(bar.count, highest)]
    ]


def _height(count: int, highest: int) -> float:
    return round(max(count * HEIGHT / highest, LOWEST), 1) if count else 0.0


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
