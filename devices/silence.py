"""Tells "this device is quiet" from "the pipeline is quiet". Pure: rhythms in, a verdict out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

# A device is quiet when it has said nothing for this many times its longest usual gap, and for
# at least the shortest silence: clouds and lamps hesitate.
PATIENCE = 3
SHORTEST = timedelta(hours=1)
# Fewer gaps than this are no rhythm.
FEWEST_GAPS = 5
# So many at once are no coincidence.
TOGETHER = 5
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One device: when it spoke last, and the longest of its usual gaps."""

    device_id: str
    name: str
    last_at: datetime
    usual: timedelta


class Kind(StrEnum):
    """Who is quiet."""

    NOBODY = "nobody"
    DEVICES = "devices"
    PIPELINE = "pipeline"
    UNWATCHED = "unwatched"
    UNKNOWN = "unknown"  # the list is read, but nobody counted yet


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who is quiet, since when, and which devices."""

    kind: Kind
    since: datetime | None = None
    quiet: tuple[Rhythm, ...] = ()


def usual(moments: Sequence[datetime]) -> timedelta | None:
    """Return the longest usual gap between moments, the newest first; None where none is usual.

    The longest tenth is left out: a night without power is no rhythm.
    """
    gaps = sorted(later - earlier for later, earlier in pairwise(moments))
    if len(gaps) < FEWEST_GAPS:
        return None
    return gaps[(len(gaps) * 9 - 1) // 10]


def quiet(rhythms: Iterable[Rhythm], now: datetime) -> tuple[Rhythm, ...]:
    """Return those that are silent against their own rhythm, the longest first."""
    silent = [one for one in rhythms if now - one.last_at > max(PATIENCE * one.usual, SHORTEST)]
    return tuple(sorted(silent, key=lambda one: one.last_at))


def verdict(
    looked_at: datetime | None,
    silent: Sequence[Rhythm],
    spoke: int,
    now: datetime,
    overdue: timedelta,
) -> Verdict:
    """Say who is quiet: `looked_at` is the last whole look, `spoke` how many speak at all.

    Nothing can be said of a device that nobody listened to, so the pipeline comes first.
    """
    if looked_at is None or now - looked_at > overdue:
        return Verdict(Kind.UNWATCHED, looked_at)
    if len(silent) >= TOGETHER and len(silent) >= SHARE * spoke:
        return Verdict(Kind.PIPELINE, max(one.last_at for one in silent), tuple(silent))
    return Verdict(Kind.DEVICES if silent else Kind.NOBODY, None, tuple(silent))
