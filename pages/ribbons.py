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
    length = max(end - start, 1)
    drawn = []
    for segment in segments:
        left, right = max(segment.start, start), min(segment.end, end)
        if right > left:
            width = max((right - left) * WIDTH / length, NARROWEST)
            x = min((left - start) * WIDTH / length, WIDTH - width)
            drawn.append(Bar(round(x, 2), round(width, 2), segment.kind))
    return sorted(drawn, key=lambda bar: (bar.kind != "complete", bar.x))


def share(segments: Iterable[Segment], start: int, end: int, kind: str) -> float:
    """Return which part of [start, end) is of `kind`, between 0 and 1."""
    cut = (
        min(segment.end, end) - max(segment.start, start)
        for segment in segments
        if segment.kind == kind
    )
    return sum(max(length, 0) for length in cut) / max(end - start, 1)
