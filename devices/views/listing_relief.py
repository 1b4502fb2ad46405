"""When nothing fits: which part of the search line, left out, would let devices through."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from devices import filters
from devices.filters import Search
from devices.models import Device

MOST_TRIED = 6  # parts of a line; each costs a count
MOST_OFFERED = 3
MOST_COUNTED = 1_000  # beyond it "1000+" says the same


class Relief(NamedTuple):
    """A part of the line, the line without it, and how many devices that finds."""

    part: str
    line: str
    devices: int

    @property
    def said(self) -> str:
        """How many, no further than anybody counts."""
        return f"{MOST_COUNTED}+" if self.devices > MOST_COUNTED else str(self.devices)


def offered(search: Search) -> list[Relief]:
    """Return the parts that kept most devices out, that one first; nothing that would not help."""
    found = [_tried(part, without) for part, without in [*_without(search)][:MOST_TRIED]]
    helpful = sorted((one for one in found if one.devices), key=lambda one: -one.devices)
    return helpful[:MOST_OFFERED]


def _tried(part: str, without: Search) -> Relief:
    found = without.apply(Device.objects.all()).order_by()[: MOST_COUNTED + 1]
    return Relief(part, without.text, found.count())


def _without(search: Search) -> Iterator[tuple[str, Search]]:
    if len(search.tokens) + bool(search.words) < 2:  # noqa: PLR2004  alone it is the whole line
        return
    for key in dict.fromkeys(token.key for token in search.tokens):
        spelled = (filters.spelled(key, one.value) for one in search.tokens if one.key == key)
        yield " ".join(spelled), search.leaving_out(key)
    if search.words:
        line = " ".join(filters.spelled(one.key, one.value) for one in search.tokens)
        yield search.words, replace(search, words="", text=line)
