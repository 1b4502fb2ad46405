"""The thin strip that says which part of a time range is proven, unread or lost. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

WIDTH = 100  # the drawing's own units; it is stretched to its place

# A sliver that matters must stay visible on a strip of some 80 pixels.
NARROWEST = 1.5


class Segment(NamedTuple):
    """A stretch of the strip, in milliseconds; kind is complete, unread, lost or before."""

    start: int
    end: int
    kind: str


class Bar(NamedTuple):
    """A rectangle in the drawing's units."""

    x: float
    width: float
    kind: str


def bars(segments: Iterable[Segment], start: int, end: int) -> list[Bar]:
    """Place segments on the strip, cut to [start, end), problems drawn over what is well."""
    unit = WIDTH / max(end - start, 1)
    drawn = []
    for since, till, kind in segments:
        left, right = max(since, start), min(till, end)
        if right > left:
            width = max((right - left) * unit, NARROWEST)
            x = min((left - start) * unit, WIDTH - width)
            drawn.append(Bar(round(x, 2), round(width, 2), kind))
    if len(drawn) > 1:
        drawn.sort(key=lambda bar: (bar.kind != "complete", bar.x))
    return drawn
