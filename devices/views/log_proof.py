"""What of a device's log is proven for a time range, as pages draw it. Reads its books."""

from dataclasses import dataclass
from datetime import UTC, datetime

from devices import books, coverage
from devices.models import Device
from pages.ribbons import Segment


@dataclass(frozen=True, slots=True)
class Proof:
    """The ribbon's segments, and the stretches to warn of as pairs of moments.

    `read_to` is set when the newest stretch is unread: that is the everyday case, not a hole,
    unless what came before it is lost.
    Who is `left_alone` is retired or removed: no reading comes by and fetches what is missing.
    """

    segments: tuple[Segment, ...]
    start: int
    end: int
    share: float
    unread: tuple[tuple[datetime, datetime], ...]
    lost: tuple[tuple[datetime, datetime, str], ...]
    read_to: datetime | None
    left_alone: bool


def of(device: Device, start: datetime, end: datetime, now: datetime) -> Proof:
    """Return what is proven of [start, end) of one device; the future is left out."""
    first, last = _ms(start), min(_ms(end), _ms(now))
    known = books.of(device, now)
    ledger, gaps = known.ledger, known.unread(first, last)
    lost = [gap for gap in ledger.lost if gap.end > first and gap.start < last]
    tail = gaps[-1] if gaps and gaps[-1].end == last else None
    if tail and lost and lost[-1].end == tail.start:  # nothing was read up to there
        tail = None
    return Proof(
        segments=tuple(
            Segment(part.start, part.end, kind)
            for kind, parts in (("complete", ledger.complete), ("unread", gaps), ("lost", lost))
            for part in parts
        ),
        start=first,
        end=max(last, first + 1),
        share=coverage.share(ledger, max(known.since, first), min(known.owed_to, last)),
        unread=tuple((_at(gap.start), _at(gap.end)) for gap in gaps if gap is not tail),
        lost=tuple((_at(gap.start), _at(gap.end), gap.reason) for gap in lost),
        read_to=_at(tail.start) if tail else None,
        left_alone=device.retired_at is not None or known.left is not None,
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
