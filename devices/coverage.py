"""Keeps the books of log reading: what is proven complete, what is unread, what is lost.

All intervals are half-open, [start, end), in milliseconds. Decides only; reads no log.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Lost:
    """A stretch that no call can bring back, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of one device's log. Both tuples are sorted, merged, and never overlap."""

    complete: tuple[Interval, ...] = ()
    lost: tuple[Lost, ...] = ()


def prove(ledger: Ledger, start: int, end: int) -> Ledger:
    """Enter a stretch that was read to its end. Proof beats loss: what was read is not lost."""
    complete = merge((*ledger.complete, Interval(start, end)))
    return Ledger(complete, _without(ledger.lost, [Interval(start, end)]))


def lose(ledger: Ledger, before: int, since: int, reason: str) -> Ledger:
    """Write off what is still unread in [since, before): the vendor has dropped it."""
    fresh = (Lost(gap.start, gap.end, reason) for gap in unread(ledger, since, before))
    return Ledger(ledger.complete, _joined((*ledger.lost, *fresh)))


def unread(ledger: Ledger, since: int, now: int) -> tuple[Interval, ...]:
    """Return what of [since, now) is neither complete nor lost."""
    return subtract([Interval(since, now)], (*ledger.complete, *ledger.lost))


def next_loss_at(ledger: Ledger, since: int, now: int, retention: int) -> int | None:
    """Return when the oldest unread moment leaves the vendor's store; None: nothing is at stake.

    A moment that has passed already says: too late, write it off.
    """
    gaps = unread(ledger, since, now)
    return gaps[0].start + retention if gaps else None


def share(ledger: Ledger, start: int, end: int) -> float:
    """Return the proven part of [start, end), 0..1. Of nothing, everything is proven."""
    if start >= end:
        return 1.0
    missing = subtract([Interval(start, end)], ledger.complete)
    return 1 - sum(gap.end - gap.start for gap in missing) / (end - start)


def windows(
    ledger: Ledger,
    since: int,
    now: int,
    retention: int,
    longest: int,
    *,
    at_most: int = 16,
) -> list[Interval]:
    """Return what to read next: the most endangered first, in pieces no longer than `longest`.

    What the vendor no longer has is not asked for. Wide windows time out at the vendor, and many
    would spend the quota on one device: hence both bounds.
    """
    pieces: list[Interval] = []
    for gap in unread(ledger, max(since, now - retention), now):
        for start in range(gap.start, gap.end, longest):
            if len(pieces) == at_most:
                return pieces
            pieces.append(Interval(start, min(start + longest, gap.end)))
    return pieces


def trim(ledger: Ledger, before: int) -> Ledger:
    """Forget everything before a moment, as retention forgets its rows."""
    past = [Interval(min(_earliest(ledger), before), before)]
    return Ledger(subtract(ledger.complete, past), _without(ledger.lost, past))


def let_go(ledger: Ledger, before: int, reason: str) -> Ledger:
    """Say that what was proven before a moment was deleted since: it was there, it is no more."""
    gone = [Lost(part.start, min(part.end, before), reason) for part in ledger.complete]
    past = [Interval(part.start, min(part.end, before)) for part in ledger.complete]
    return Ledger(subtract(ledger.complete, past), _joined((*ledger.lost, *gone)))


def to_json(ledger: Ledger) -> dict[str, list[list[Any]]]:
    """Return the ledger as short lists of milliseconds, fit for one JSON column."""
    return {
        "complete": [[part.start, part.end] for part in ledger.complete],
        "lost": [[part.start, part.end, part.reason] for part in ledger.lost],
    }


def from_json(stored: Mapping[str, Sequence[Sequence[Any]]] | None) -> Ledger:
    """Read what `to_json` wrote; nothing stored is an empty ledger."""
    stored = stored or {}
    complete = merge(Interval(*part) for part in stored.get("complete", ()))
    return Ledger(complete, _without(_joined(Lost(*p) for p in stored.get("lost", ())), complete))


def merge(parts: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the parts sorted, touching ones joined, empty ones gone."""
    found = [part for part in parts if part.start < part.end]
    if len(found) < 2:  # noqa: PLR2004  the usual: a list of devices asks three times a row
        return tuple(found)
    merged: list[Interval] = []
    for part in sorted(found):
        if merged and part.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, part.end))
        else:
            merged.append(part)
    return tuple(merged)


def subtract(parts: Iterable[Interval], taken: Iterable[Interval | Lost]) -> tuple[Interval, ...]:
    """Return what of the parts remains when everything taken is cut out."""
    holes = merge(Interval(hole.start, hole.end) for hole in taken)
    return tuple(rest for part in merge(parts) for rest in _cut(part.start, part.end, holes))


def _cut(start: int, end: int, holes: Sequence[Interval]) -> Iterator[Interval]:
    """Yield what remains of one stretch; the holes are merged, so their ends are sorted too."""
    for at in range(bisect_right(holes, start, key=lambda hole: hole.end), len(holes)):
        hole = holes[at]
        if hole.start >= end:
            break
        if start < hole.start:
            yield Interval(start, hole.start)
        start = hole.end
    if start < end:
        yield Interval(start, end)


def _without(lost: Iterable[Lost], taken: Iterable[Interval]) -> tuple[Lost, ...]:
    holes = merge(taken)
    lost = tuple(lost)
    return lost and _joined(
        Lost(rest.start, rest.end, part.reason)
        for part in lost
        for rest in _cut(part.start, part.end, holes)
    )


def _joined(lost: Iterable[Lost]) -> tuple[Lost, ...]:
    """Join touching losses of one reason; where two overlap, the one that began first stands."""
    joined: list[Lost] = []
    for part in sorted(part for part in lost if part.start < part.end):
        last = joined[-1] if joined else None
        if last and last.reason == part.reason and part.start <= last.end:
            joined[-1] = Lost(last.start, max(last.end, part.end), part.reason)
        elif last is None or part.end > last.end:
            joined.append(
                Lost(
                    max(part.start, last.end if last else part.start),
                    part.end,
                    part.reason,
                )
            )
    return tuple(joined)


def _earliest(ledger: Ledger) -> int:
    starts = [part.start for part in ledger.complete]
    return min([*starts, *(part.start for part in ledger.lost)], default=0)
