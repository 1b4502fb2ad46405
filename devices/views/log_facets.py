"""The choices beside the log and the columns above it: words, counts, and addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from devices import telling
from devices.explorer import Wanted
from devices.forms import NOBODY
from devices.models import Product, Provenance
from devices.survey import Facets, Histogram
from devices.views import log_rows
from devices.views.log_drawing import PLACE
from pages import moments

HEIGHT = 100  # the drawing's own units
FROM, TO = "-from-", "-to-"  # in the place of a column's own moments
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


class Column(NamedTuple):
    """One column of the histogram in the drawing's units; `counted` is False beyond the limit.

    In the order in which the template takes it apart.
    """

    x: int
    top: float
    height: float
    start: datetime
    end: datetime
    start_s: int
    end_s: int
    number: int
    counted: bool
    address: str
    since: str
    until: str


def shown(counted: Facets, wanted: Wanted, query: QueryDict, language: str) -> list[Facet]:
    """Return what was counted as questions with their answers."""
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
    here = Address(query)
    return [
        Facet(name, title, _choices(name, counted[field], chosen, here, words))
        for name, title, field, chosen, words in facets
    ]


def _choices(
    name: str,
    counted: list[tuple[Any, int]],
    chosen: tuple[Any, ...],
    here: "Address",
    words: Callable[[Any], str],
) -> list[Choice]:
    return [
        Choice(
            words=words(value),
            icon=log_rows.event_icon(value) if name == "event" else "",
            count=count,
            chosen=value in chosen,
            address=_toggled(here, name, value, chosen),
        )
        for value, count in counted
        if value != ""  # an event without a code is no answer to "which code"
    ]


def _toggled(here: "Address", name: str, value: Any, chosen: tuple[Any, ...]) -> str:
    kept = [one for one in chosen if one != value] + ([] if value in chosen else [value])
    return here.changed({name: [NOBODY if one is None else str(one) for one in kept]})


class Address:
    """This page's address, a parameter a piece: a hundred links beside the log differ in one."""

    def __init__(self, query: QueryDict) -> None:
        """Spell the pieces once; a place in the log is left out."""
        self._pieces = {
            name: _spelled(name, query.getlist(name)) for name in query if name not in PLACE
        }

    def changed(self, changes: dict[str, list[str]]) -> str:
        """Return it with some parameters replaced, each where it stands or else at the end."""
        new = {name: _spelled(name, values) for name, values in changes.items()}
        return "?" + "&".join(piece for piece in (self._pieces | new).values() if piece)


def _spelled(name: str, values: list[str]) -> str:
    return urlencode([(name, value) for value in values])


def products(chosen: str) -> SafeString:
    """Return the products to choose from; they hardly change, so that their words are kept."""
    rows = Product.objects.order_by("name", "product_id").values_list("product_id", "name")
    return _options(tuple(rows), chosen)


@lru_cache(8)
def _options(named: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    template = get_template("devices/_log_products.jinja.html", using="jinja2")
    return mark_safe(template.render({"products": named, "chosen": chosen}))  # noqa: S308  it escapes


def without_hidden(query: QueryDict, code: str) -> str:
    """Return the address that shows a hidden code again."""
    hidden = [one for text in query.getlist("not_code") for one in text.split(",") if one != code]
    return Address(query).changed({"not_code": hidden})


def _source(source_id: int | None, language: str) -> str:
    return log_rows.source_name(source_id, language) or _("none told")


def _provenance(number: int) -> str:
    known = number in Provenance.values
    return str(Provenance(number).label) if known else str(number)


def columns(drawn: Histogram, query: QueryDict) -> list[Column]:
    """Return the columns; each leads to its own stretch of time."""
    highest = max((bar.count for bar in drawn.bars), default=0)
    stretch = Address(query).changed({"start": [FROM], "end": [TO]})
    return [
        Column(
            x=place,
            top=round(HEIGHT - height, 1),
            height=height,
            start=bar.start,
            end=bar.end,
            start_s=int(bar.start.timestamp()),
            end_s=int(bar.end.timestamp()),
            number=bar.count,
            counted=drawn.counted_from is None or bar.end > drawn.counted_from,
            address=stretch.replace(FROM, _spelled_at(since)).replace(TO, _spelled_at(until)),
            since=since,
            until=until,
        )
        for place, bar in enumerate(drawn.bars)
        for height in [_height(bar.count, highest)]
        for since, until in [(moments.absolute(bar.start), moments.absolute(bar.end))]
    ]


def _spelled_at(words: str) -> str:
    """Return a moment in words as an address holds it."""
    return words.replace(" ", "T").replace(":", "%3A")


def _height(count: int, highest: int) -> float:
    return round(max(count * HEIGHT / highest, LOWEST), 1) if count else 0.0
