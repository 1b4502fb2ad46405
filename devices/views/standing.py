"""A device's state in one word, and how much of its history is proven: what its badge says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from devices import books
from devices.history import milliseconds
from devices.models import Device
from pages.ribbons import Segment

RIBBON = books.RETENTION


def state(device: Device) -> str:
    """Return the badge's name: retired before gone, gone before silent, silent before alive."""
    if device.retired_at and device.state != Device.State.REMOVED:
        return "retired"
    if device.state != Device.State.PRESENT:
        return device.state
    return {True: "online", False: "offline", None: "unknown"}[device.online]


def since(device: Device) -> datetime | None:
    """Return since when the badge says so."""
    if device.retired_at and device.state != Device.State.REMOVED:
        return device.retired_at
    return device.online_since if device.state == Device.State.PRESENT else device.state_since


@dataclass(frozen=True)
class Ribbon:
    """The proven history of one device over the last days, ready to be drawn."""

    segments: tuple[Segment, ...]
    start: int
    end: int
    share: float

    @property
    def percent(self) -> str:
        """Return the proven share; never rounded up to a promise."""
        return f"{int(self.share * 10_000) / 100:.2f}".rstrip("0").rstrip(".")


def ribbon(device: Device, now: datetime) -> Ribbon | None:
    """Return the coverage of the last days; None while nothing is owed yet.

    The device comes `with_books`: what retention deleted since is shown as gone.
    """
    owed = getattr(device, "coverage", None)
    if owed is None:
        return None
    start, end, since_ms = milliseconds(now - RIBBON), milliseconds(now), milliseconds(owed.since)
    owed_from = min(max(start, since_ms), end)
    gone = device.let_go_before or device.state == Device.State.REMOVED
    if len(owed.complete) == 1 and not owed.lost and not gone:
        segments = _plain(owed.complete[0], owed_from, end)
    else:
        segments = _segments(books.of(device, now), start, end)
    return Ribbon(segments, start, end, proven(segments, start, end))


def _plain(stretch: Sequence[int], owed_from: int, end: int) -> tuple[Segment, ...]:
    """Return the same of one proven stretch, as nearly every device of a list has it.

    What the vendor has forgotten unread is older than the ribbon.
    """
    proven_from, proven_to = stretch
    before, after = min(proven_from, end), max(proven_to, owed_from)
    return (
        Segment(proven_from, proven_to, "complete"),
        *([Segment(owed_from, before, "unread")] if owed_from < before else ()),
        *([Segment(after, end, "unread")] if after < end else ()),
    )


def _segments(known: books.Books, start: int, end: int) -> tuple[Segment, ...]:
    return (
        *(Segment(part.start, part.end, "complete") for part in known.ledger.complete),
        *(Segment(part.start, part.end, "unread") for part in known.unread(start, end)),
        *(Segment(part.start, part.end, "lost") for part in known.ledger.lost if part.end > start),
    )


def proven(segments: Sequence[Segment], start: int, end: int) -> float:
    """Return the proven part of what is either proven, owed or lost; of nothing, all is proven."""
    read = told = 0
    for since, till, kind in segments:
        length = min(till, end) - max(since, start)
        if length > 0:
            told += length
            read += length if kind == "complete" else 0
    return read / told if told else 1.0
