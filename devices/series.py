"""Turns points of one data point into what a chart can draw. Never draws across a gap.

Decides only: the points come from history, the gaps from coverage.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from devices.changes import RawValue, same
from devices.coverage import Interval, Ledger, subtract

NOT_READ_YET = "not read yet"
BEFORE_FLEET = "before Fleet knew this device"
COLLECTOR_DOWN = "collector down"
LET_GO = "let go by retention"
BETWEEN = "between two pairings"


@dataclass(frozen=True, slots=True)
class Point:
    """One value at one moment."""

    at_ms: int
    value: RawValue


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of which nothing can be said, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some neighbouring points as one; `low` and `high` are None where values have no order."""

    start: int
    end: int
    low: RawValue
    high: RawValue
    first: RawValue
    last: RawValue
    count: int


@dataclass(frozen=True, slots=True)
class Series:
    """Points, or buckets when there are too many of them: one of the two is empty.

    `line`: numbers, to be joined. `step`: a value holds until the next one. `left_out` counts
    the values of a line that are no numbers.
    """

    kind: Literal["line", "step"]
    points: tuple[Point, ...]
    buckets: tuple[Bucket, ...]
    gaps: tuple[Gap, ...]
    left_out: int = 0


def series(
    points: Iterable[Point],
    gaps: Iterable[Gap],
    start: int,
    end: int,
    limit: int,
    *,
    kind: Literal["line", "step"] | None = None,
) -> Series:
    """Return at most `limit` points or buckets of [start, end).

    Only when there are more stretches between gaps than `limit` there are more buckets, one a
    stretch: a drawing that hides a gap would lie. A `step` series may be given one point older
    than `start`: its value holds at `start` when no gap lies between.
    """
    ordered = sorted(points, key=lambda point: point.at_ms)
    kind = kind or ("line" if all(_is_number(point.value) for point in ordered) else "step")
    gaps = tuple(sorted(gaps, key=lambda gap: (gap.start, gap.end)))
    borders = sorted({moment for gap in gaps for moment in (gap.start, gap.end)})
    if kind == "line":
        inside = [point for point in ordered if start <= point.at_ms < end]
        drawn = [point for point in inside if _is_number(point.value)]
        left_out = len(inside) - len(drawn)
    else:
        drawn, left_out = _steps(ordered, borders, start, end), 0
    if len(drawn) <= limit:
        return Series(kind, tuple(drawn), (), gaps, left_out)
    return Series(kind, (), _buckets(drawn, borders, start, end, limit), gaps, left_out)


def gaps_between(
    ledger: Ledger,
    since: int,
    start: int,
    end: int,
    now: int,
    outages: Iterable[Interval] = (),
) -> list[Gap]:
    """Return the stretches of [start, end) that the log does not prove, in order.

    The future is no gap. An outage that the log has filled since is none either.
    """
    span = [Interval(start, min(end, now))]
    unproven = subtract(span, (*ledger.complete, *ledger.lost))
    early = subtract(unproven, [Interval(since, max(since, now))])
    late = subtract(unproven, early)
    unread = subtract(late, outages)
    found = [
        *(Gap(part.start, part.end, BEFORE_FLEET) for part in early),
        *(Gap(part.start, part.end, NOT_READ_YET) for part in unread),
        *(Gap(part.start, part.end, COLLECTOR_DOWN) for part in subtract(late, unread)),
        *_lost_between(ledger, span[0]),
    ]
    return sorted(found, key=lambda gap: gap.start)


def continued(own: Iterable[Gap], earlier: Iterable[Gap], begins: int, left: int) -> list[Gap]:
    """Return the gaps of a device and the one that it continues: its own from where it begins.

    What nobody could read once the earlier one had left is not owed: it lies between the two.
    """
    found = [Gap(max(gap.start, begins), gap.end, gap.reason) for gap in own if gap.end > begins]
    for gap in earlier:
        end = min(gap.end, begins)
        turn = min(max(gap.start, left), end) if gap.reason == NOT_READ_YET else end
        found += [Gap(gap.start, turn, gap.reason), Gap(turn, end, BETWEEN)]
    return sorted((gap for gap in found if gap.start < gap.end), key=lambda gap: gap.start)


def _lost_between(ledger: Ledger, span: Interval) -> list[Gap]:
    clipped = (
        Gap(max(part.start, span.start), min(part.end, span.end), part.reason)
        for part in ledger.lost
    )
    return [gap for gap in clipped if gap.start < gap.end]


def _steps(ordered: Sequence[Point], borders: Sequence[int], start: int, end: int) -> list[Point]:
    """Keep the points where the value becomes another, or is known again after a gap."""
    kept: list[Point] = []
    for point in ordered:
        if point.at_ms >= end:
            break
        known = bool(kept) and bisect_right(borders, kept[-1].at_ms) == bisect_right(
            borders, point.at_ms
        )
        if not known or not same(kept[-1].value, point.value):
            kept.append(point)
    before = [point for point in kept if point.at_ms < start]
    drawn = [point for point in kept if point.at_ms >= start]
    holds = before and bisect_right(borders, before[-1].at_ms) == bisect_right(borders, start)
    if holds and not (drawn and drawn[0].at_ms == start):
        drawn.insert(0, Point(start, before[-1].value))
    return drawn


def _buckets(
    points: Sequence[Point], borders: Sequence[int], start: int, end: int, limit: int
) -> tuple[Bucket, ...]:
    """Cut time into equal pieces, and each piece again at every gap's border."""
    stretches = len({bisect_right(borders, point.at_ms) for point in points})
    pieces = max(1, limit - stretches + 1)
    width = math.ceil((end - start) / pieces)

    def place(point: Point) -> tuple[int, int]:
        return bisect_right(borders, point.at_ms), (point.at_ms - start) // width

    return tuple(_bucket(list(group)) for _, group in groupby(points, key=place))


def _bucket(points: Sequence[Point]) -> Bucket:
    values = [point.value for point in points]
    ranked = all(_is_number(value) for value in values)
    return Bucket(
        start=points[0].at_ms,
        end=points[-1].at_ms,
        low=min(values) if ranked else None,
        high=max(values) if ranked else None,
        first=values[0],
        last=values[-1],
        count=len(values),
    )


def _is_number(value: RawValue) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
