"""Finds what USH refuses in a batch, by halving, and keeps it apart. Blames nobody for an outage.

A cell is only ever quarantined when USH accepted something else after refusing it. Each part is
read anew before it is sent, so that no stale value travels.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import claim, sending, settle
from .claim import Lease
from .held import Held
from .models import Report
from .outcomes import SUSPICIOUS, Outcome
from .sending import Desk, Sent

REFUSALS_BEFORE_PROOF = 2  # both halves refused: first ask whether USH accepts anything
SINGLES_WITHOUT_CANARY = 3
MANY = 5  # so many poisoned cells with one code: stop halving, try them one by one


class _SuspendedError(Exception):
    """The road failed, or the lease was lost: nothing more can be learned now."""


@dataclass(slots=True)
class Search:
    """One search through one refused batch."""

    desk: Desk
    lease: Lease
    todo: deque[tuple[Held, ...]]
    sent: list[Sent] = field(default_factory=list)
    refusals: int = 0
    proven: bool = False
    suspects: list[tuple[Held, Sent]] = field(default_factory=list)
    guilty: list[tuple[Held, Sent]] = field(default_factory=list)


def search(desk: Desk, lease: Lease, refused: Sent) -> list[Sent]:
    """Find the poisoned cells of a refused batch and quarantine them; give what was sent."""
    settle.suspect(refused.cells)
    found = Search(desk, lease, deque())
    _divide(found, refused)
    try:
        _walk(found)
        if found.suspects and not _accepts_anything(found):
            settle.blame_nobody(desk, refused.cells)
    except _SuspendedError:
        pass  # the suspects stay apart and are searched again when the road is open
    _quarantine(found)
    claim.release(lease, desk.clock())
    return found.sent


def _walk(found: Search) -> None:
    while found.todo:
        part = found.todo.popleft()
        sent = _try(found, part, Report.Kind.SPLIT)
        if sent is None:
            continue
        if sent.verdict.outcome is Outcome.ACCEPTED:
            _proof(found)
            continue
        found.refusals += 1
        _divide(found, sent)
        if found.refusals >= REFUSALS_BEFORE_PROOF and not found.proven:
            if not _accepts_anything(found):
                found.todo.clear()
                found.suspects = found.suspects or [(part[0], sent)]
                return
            _proof(found)


def _divide(found: Search, sent: Sent) -> None:
    """Put the parts of a refused request in front; a single cell becomes a suspect."""
    if len(sent.cells) == 1:
        found.suspects.append((sent.cells[0], sent))
        return
    known = [one.verdict.reply.business_code for _, one in found.guilty + found.suspects]
    singly = known.count(sent.verdict.reply.business_code) > MANY
    parts = [(cell,) for cell in sent.cells] if singly else _halves(sent.cells)
    found.todo.extendleft(reversed(parts))


def _halves(cells: tuple[Held, ...]) -> list[tuple[Held, ...]]:
    """Split by device; one device by property."""
    devices = sorted({cell.ush_device_id for cell in cells})
    if len(devices) > 1:
        first = set(devices[: len(devices) // 2])
        left = tuple(cell for cell in cells if cell.ush_device_id in first)
        return [left, tuple(cell for cell in cells if cell.ush_device_id not in first)]
    middle = len(cells) // 2
    return [cells[:middle], cells[middle:]]


def _try(found: Search, part: Sequence[Held], kind: str) -> Sent | None:
    """Send a part as it is now; None when nothing of it is left to tell."""
    if not sending.await_place(found.desk):
        raise _SuspendedError
    fresh: Sequence[Held] | None = part
    if kind == Report.Kind.SPLIT:
        fresh = claim.take_again(found.lease, [cell.pk for cell in part], found.desk.clock())
    if fresh is None:
        raise _SuspendedError
    if not fresh:
        return None
    sent = sending.send(found.desk, fresh, kind)
    found.sent.append(sent)
    ours = settle.write(found.desk, found.lease, sent, hold=True)
    if not ours or sent.verdict.outcome not in SUSPICIOUS | {Outcome.ACCEPTED, Outcome.TOO_BIG}:
        raise _SuspendedError
    return sent


def _accepts_anything(found: Search) -> bool:
    """Ask with a cell that USH accepted before; where there is none, with single devices."""
    known = claim.canary(found.lease)
    if known is not None:
        sent = _try(found, (known,), Report.Kind.CANARY)
    else:
        sent = _first_accepted(found)
    if sent is None or sent.verdict.outcome is not Outcome.ACCEPTED:
        return False
    _proof(found)
    return True


def _first_accepted(found: Search) -> Sent | None:
    waiting = {cell.ush_device_id: cell for part in found.todo for cell in part}
    singles = list(waiting.values())
    found.desk.chance.shuffle(singles)
    for cell in singles[:SINGLES_WITHOUT_CANARY]:
        sent = _try(found, (cell,), Report.Kind.SPLIT)
        if sent is not None and sent.verdict.outcome is Outcome.ACCEPTED:
            return sent
    return None


def _proof(found: Search) -> None:
    """USH accepted something after it refused the suspects: the refusals were about them."""
    found.proven = True
    found.guilty += found.suspects
    found.suspects = []


def _quarantine(found: Search) -> None:
    for cell, sent in found.guilty:
        settle.quarantine(found.desk, cell, sent.verdict)
