"""Folds flapping: what toggles many times within a minute is one row. Touches nothing."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

WITHIN = timedelta(minutes=1)
LEAST = 4  # rows; three may be a person at a switch

ONLINE, OFFLINE, REPORT = 1, 2, 7  # the vendor's event numbers

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fold(Generic[T]):
    """The newest of some rows, and the older ones that say the same over and over."""

    head: T
    rest: tuple[T, ...] = ()
    first: datetime | None = None

    @property
    def count(self) -> int:
        """How many rows it stands for."""
        return 1 + len(self.rest)


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What of a row decides: who, what, when, and the row itself."""

    who: Hashable
    event_id: int
    code: str
    at: datetime
    row: T

    @property
    def subject(self) -> Hashable | None:
        """What it is about; None for an event that is never folded."""
        if self.event_id == REPORT and self.code:
            return self.who, self.code
        return (self.who, "") if self.event_id in {ONLINE, OFFLINE} else None


def fold(told: Sequence[Told[T]]) -> list[Fold[T]]:
    """Return the rows, newest first as they came, the flapping ones behind their newest."""
    taken: set[int] = set()
    folds = []
    for place, one in enumerate(told):
        if place in taken:
            continue
        alike = _alike(told, place, taken)
        if len(alike) + 1 < LEAST:
            folds.append(Fold(one.row))
            continue
        taken.update(alike)
        rest = tuple(told[n].row for n in alike)
        folds.append(Fold(one.row, rest, told[alike[-1]].at))
    return folds


def _alike(told: Sequence[Told[T]], place: int, taken: set[int]) -> list[int]:
    """Return the older rows on the same subject, no older than the fold is long."""
    newest = told[place]
    if newest.subject is None:
        return []
    found = []
    for number in range(place + 1, len(told)):
        if newest.at - told[number].at > WITHIN:
            break
        if number not in taken and told[number].subject == newest.subject:
            found.append(number)
    return found
