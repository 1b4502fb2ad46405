"""Turns points of one data point into what a chart can draw. Never draws across a gap.

Decides only: the points come from history, the gaps from coverage.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from operator import is_not
from typing import Literal, NamedTuple, TypeVar

from devices.changes import RawValue, same
from devices.coverage import Interval, Ledger, subtract

NOT_READ_YET = "not read yet"
BEFORE_FLEET = "before Fleet knew this device"
COLLECTOR_DOWN = "collector down"
LET_GO = "let go by retention"
LEFT = "removed from the cloud"
BETWEEN = "between two pairings"

Told = TypeVar("Told", bound=Hashable)


class Point(NamedTuple):
    """One value at one moment."""

    at_ms: int
    value: RawValue


@dataclass(frozen=True, slots=True)
class Course:
    """Moments in their order, and the value that was told at each: two lists, since they are long.

    A week of a busy device is tens of thousands of values, and each as an object of its own would
    take longer to make than all that is drawn of them.
    """

    at_ms: Sequence[int]
    values: Sequence[RawValue]
    # Each meaning once, where it is known that values of one meaning are one object.
    meanings: Sequence[RawValue] | None = None

    @classmethod
    def read(
        cls, at_ms: Sequence[int], told: Sequence[Told], meant: Callable[[Told], RawValue]
    ) -> "Course":
        """Read what was told: each text once, since a week of a busy device has few of them."""
        first: dict[Hashable, RawValue] = {}
        read = {one: meant(one) for one in set(told)}
        one_of = {one: first.setdefault(_meaning(value), value) for one, value in read.items()}
        return cls(at_ms, list(map(one_of.__getitem__, told)), tuple(first.values()))

    @classmethod
    def of(cls, at_ms: Sequence[int], values: Sequence[RawValue]) -> "Course":
        """Bring them into order; what comes in order, as it mostly does, stays as it is."""
        if at_ms == sorted(at_ms):
            return cls(at_ms, values)
        places = sorted(range(len(at_ms)), key=at_ms.__getitem__)
        return cls([at_ms[n] for n in places], [values[n] for n in places])

    def part(self, begin: int, end: int) -> "Course":
        """Return the stretch between two places."""
        return Course(self.at_ms[begin:end], self.values[begin:end], self.meanings)

    def of_numbers(self) -> "Course":
        """Return it without what is no number."""
        kept = [n for n, value in enumerate(self.values) if _is_number(value)]
        return Course([self.at_ms[n] for n in kept], [self.values[n] for n in kept])


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of which nothing can be said, and why."""

    start: int
    end: int
    reason: str


class Bucket(NamedTuple):
    """Some neighbouring points as one; `low` and `high` are None where values have no order."""

    start: int
    end: int
    low: RawValue
    high: RawValue
    first: RawValue
    last: RawValue
    rows: int


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
    course: Course,
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
    numbers = _are_numbers(_different(course))
    kind = kind or ("line" if numbers else "step")
    gaps = tuple(sorted(gaps, key=lambda gap: (gap.start, gap.end)))
    borders = sorted({moment for gap in gaps for moment in (gap.start, gap.end)})
    left_out = 0
    if kind == "line":
        drawn = course.part(bisect_left(course.at_ms, start), bisect_left(course.at_ms, end))
        if not numbers:
            inside, drawn = drawn, drawn.of_numbers()
            left_out = len(inside.at_ms) - len(drawn.at_ms)
    else:
        drawn = _steps(course, borders, start, end)
    if len(drawn.at_ms) <= limit:
        points = tuple(map(Point, drawn.at_ms, drawn.values))
        return Series(kind, points, (), gaps, left_out)
    cut = _cut(drawn.at_ms, borders, start, end, limit)
    ranked = True if numbers or kind == "line" else None
    if ranked is None and course.meanings and not any(map(_is_number, course.meanings)):
        ranked = False
    buckets = tuple(_bucket(drawn, begin, last, ranked) for begin, last in cut)
    return Series(kind, (), buckets, gaps, left_out)


def gaps_between(
    ledger: Ledger,
    since: int,
    start: int,
    end: int,
    now: int,
    outages: Iterable[Interval] = (),
    *,
    until: int | None = None,
) -> list[Gap]:
    """Return the stretches of [start, end) that the log does not prove, in order.

    The future is no gap. An outage that the log has filled since is none either. `until`: the
    device has left then, and nothing more is owed of it.
    """
    span = [Interval(start, min(end, now))]
    unproven = subtract(span, (*ledger.complete, *ledger.lost))
    early = subtract(unproven, [Interval(since, max(since, now))])
    left = [] if until is None else [Interval(until, max(until, now))]
    late = subtract(unproven, (*early, *left))
    unread = subtract(late, outages)
    found = [
        *(Gap(part.start, part.end, BEFORE_FLEET) for part in early),
        *(Gap(part.start, part.end, NOT_READ_YET) for part in unread),
        *(Gap(part.start, part.end, COLLECTOR_DOWN) for part in subtract(late, unread)),
        *(Gap(part.start, part.end, LEFT) for part in subtract(unproven, (*early, *late))),
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
        turn = min(max(gap.start, left), end) if gap.reason in {NOT_READ_YET, LEFT} else end
        found += [Gap(gap.start, turn, gap.reason), Gap(turn, end, BETWEEN)]
    return sorted((gap for gap in found if gap.start < gap.end), key=lambda gap: gap.start)


def _lost_between(ledger: Ledger, span: Interval) -> list[Gap]:
    clipped = (
        Gap(max(part.start, span.start), min(part.end, span.end), part.reason)
        for part in ledger.lost
    )
    return [gap for gap in clipped if gap.start < gap.end]


def _steps(course: Course, borders: Sequence[int], start: int, end: int) -> Course:
    """Keep the points where the value becomes another, or is known again after a gap."""
    until = bisect_left(course.at_ms, end)
    news = _news(course, until)
    for begin, _last in _stretches(course.at_ms[:until], borders):
        news[begin] = True
    at_ms = list(compress(course.at_ms, news))
    kept = Course(at_ms, list(compress(course.values, news)), course.meanings)
    first = bisect_left(at_ms, start)
    drawn = kept.part(first, len(at_ms))
    holds = first and bisect_right(borders, at_ms[first - 1]) == bisect_right(borders, start)
    if holds and drawn.at_ms[:1] != [start]:
        value = kept.values[first - 1]
        return Course([start, *drawn.at_ms], [value, *drawn.values], course.meanings)
    return drawn


def _news(course: Course, until: int) -> list[bool]:
    """Say of each place up to there whether its value is another than the one before."""
    values = course.values[:until]
    if course.meanings is None:
        return [True, *(not same(one, other) for one, other in pairwise(values))][:until]
    return [True, *map(is_not, values[1:], values)][:until]


def _stretches(at_ms: Sequence[int], borders: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the places between which the moments lie that no border parts."""
    cuts = [0, *(bisect_left(at_ms, border) for border in borders), len(at_ms)]
    return ((begin, end) for begin, end in pairwise(cuts) if begin < end)


def _cut(
    at_ms: Sequence[int], borders: Sequence[int], start: int, end: int, limit: int
) -> Iterator[tuple[int, int]]:
    """Cut time into equal pieces, and each piece again at every gap's border."""
    stretches = list(_stretches(at_ms, borders))
    width = math.ceil((end - start) / max(1, limit - len(stretches) + 1))
    for first, last in stretches:
        begin = first
        while begin < last:
            edge = start + ((at_ms[begin] - start) // width + 1) * width
            place = bisect_left(at_ms, edge, begin, last)
            yield begin, place
            begin = place


def _bucket(course: Course, begin: int, end: int, ranked: bool | None) -> Bucket:
    """Return a stretch as one; with `ranked` open it looks whether its own values have an order."""
    values = course.values[begin:end]
    if ranked is None:
        ranked = _are_numbers(values)
    return Bucket(
        start=course.at_ms[begin],
        end=course.at_ms[end - 1],
        low=min(values) if ranked else None,
        high=max(values) if ranked else None,
        first=values[0],
        last=values[-1],
        rows=end - begin,
    )


def _different(course: Course) -> Sequence[RawValue]:
    """Return each value at least once."""
    return course.values if course.meanings is None else course.meanings


def _meaning(value: RawValue) -> Hashable:
    """Return what is equal where `same` says so."""
    if isinstance(value, Mapping):
        return dict, frozenset((name, _meaning(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return list, tuple(map(_meaning, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (float, value) if value == value else (float, "NaN")  # noqa: PLR0124  NaN
    return type(value), value


def _are_numbers(values: Sequence[RawValue]) -> bool:
    """Say whether a line can be drawn through all of them: of a busy device they are many."""
    kinds = set(map(type, values))
    return kinds <= {int, float} and (float not in kinds or all(map(_is_number, set(values))))


def _is_number(value: RawValue) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
