"""The worker: takes what is due, sends it, writes what came of it, until nothing is due.

Rows are the queue. Killed at any point it loses nothing: what is not acknowledged is still dirty.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from . import cells, claim, poison, road, sending, settle, sinks, take
from .claim import Batch
from .models import Cell, Report, Sink
from .outcomes import SUSPICIOUS, Outcome
from .sending import Desk, Sent
from .take import Take
from .terms import SINK

DRAIN = timedelta(seconds=5)  # then whoever waits for this worker has a turn; beat rings again
PROBE_HOLD = timedelta(seconds=20)  # nobody else probes while one probe is away
DOUBTS_BEFORE_SEARCH = 2  # "500" without a reason: first repeat, then look for a poisoned cell


@dataclass(slots=True)
class Tally:
    """What a run did, for its one line and for tests."""

    requests: int = 0
    cells: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, sent: Sent) -> None:
        """Count one request; its cells count when they were accepted."""
        self.requests += 1
        self.outcomes[sent.verdict.outcome.letter] += 1
        if sent.verdict.outcome is Outcome.ACCEPTED and sent.kind != Report.Kind.CANARY:
            self.cells += len(sent.cells)

    def __str__(self) -> str:
        """Give the line: 12 cells, 1 report, 0.3 s."""
        reports = "report" if self.requests == 1 else "reports"
        return f"{self.cells} cells, {self.requests} {reports}, {self.seconds:.1f} s"


def drain(desk: Desk, longest: timedelta = DRAIN) -> Tally:
    """Forward until nothing is due, the road is closed, or the time is over."""
    total, started = Tally(), time.monotonic()
    desk.floors.clear()
    while time.monotonic() - started < longest.total_seconds():
        once = forward_due(desk)
        if not once.requests:
            break
        total.requests += once.requests
        total.cells += once.cells
        total.outcomes += once.outcomes
    total.seconds = time.monotonic() - started
    return total


def forward_due(desk: Desk) -> Tally:
    """Send one batch of what is due, with all that it takes to settle it."""
    tally = Tally()
    if not desk.terms.enabled:
        return tally
    taken = take.healthy(desk.terms, desk.clock(), desk.floors)
    for sent in _carried(desk, taken) if taken else _with_care(desk):
        tally.add(sent)
    return tally


def _carried(desk: Desk, taken: Take) -> list[Sent]:
    """Send what was taken, in its place of the rate."""
    if taken.wait:
        desk.sleep(taken.wait)
    return _told(desk, taken.batch)


def _with_care(desk: Desk) -> list[Sent]:
    """Look at the road first, and at what needs care: suspects, the quarantined, a probe."""
    sink, now = _same_target(desk), desk.clock()
    if road.closed(sink, now):
        return []
    waiting = claim.shares_due(now, {number for number, _ in desk.floors})
    if not waiting or not sending.await_place(desk):
        return []
    sent = _probe(desk) if road.probing(sink) else _batch(desk, sink)
    if any(one.verdict.outcome is Outcome.ACCEPTED for one in sent):
        _tell_again_after_long_outage(sink, now)
    return sent


def _batch(desk: Desk, sink: Sink) -> list[Sent]:
    now = desk.clock()
    taken = take.healthy(desk.terms, now, desk.floors, placed=True)
    if taken:
        return _told(desk, taken.batch)
    desk.floors.clear()  # the shares that were busy are not any more: look at all of them
    most = min(desk.terms.max_devices, sink.max_devices or desk.terms.max_devices)
    batch = claim.take_batch(now, most, desk.terms.window)
    return _told(desk, batch) if batch else []


def _told(desk: Desk, batch: Batch) -> list[Sent]:
    sent = sending.send(desk, batch.cells, batch.kind)
    searching = _poisoned(batch, sent)
    ours = settle.write(desk, batch.lease, sent, hold=searching)
    return [sent, *(poison.search(desk, batch.lease, sent) if searching and ours else [])]


def _poisoned(batch: Batch, sent: Sent) -> bool:
    """Decide whether to look for what USH refuses in a batch."""
    outcome = sent.verdict.outcome
    if batch.kind == Report.Kind.QUARANTINE:
        return False
    if outcome is Outcome.TOO_BIG:
        return sent.devices == 1
    if outcome is Outcome.DOUBTFUL:
        return min(cell.attempts for cell in batch.cells) >= DOUBTS_BEFORE_SEARCH
    return outcome in SUSPICIOUS


def _probe(desk: Desk) -> list[Sent]:
    """Try a closed road with one small request; of many forwarders one probes."""
    now = desk.clock()
    free = Q(next_try_at=None) | Q(next_try_at__lte=now)
    if not Sink.objects.filter(free, pk=SINK).update(next_try_at=now + PROBE_HOLD):
        return []
    batch = claim.take_probe(now)
    if batch is None:
        return []
    sent = sending.send(desk, batch.cells, batch.kind)
    settle.write(desk, batch.lease, sent)
    if sent.verdict.outcome in SUSPICIOUS | {Outcome.TOO_BIG}:
        settle.blame_nobody(desk, sent.cells)
    return [sent]


def _same_target(desk: Desk) -> Sink:
    """Give the road; another address or format has heard nothing yet, so all is told again."""
    sink = sinks.ensure()
    if sink.target == desk.terms.target:
        return sink
    with transaction.atomic():
        if sink.target:
            cells.tell_again(SINK, desk.clock())
            Cell.objects.update(acked_known=False)
        Sink.objects.filter(pk=SINK).update(
            target=desk.terms.target,
            parked_reason="",
            failures=0,
            mismatches=0,
            next_try_at=None,
            max_devices=None,
        )
    return Sink.objects.get(pk=SINK)


def _tell_again_after_long_outage(before: Sink, ended: datetime) -> None:
    """USH may have lost what it knew; what it took since the end it knows."""
    if before.outage_since is not None and ended - before.outage_since > road.LONG_OUTAGE:
        with transaction.atomic():
            cells.tell_again(SINK, ended, acked_before=ended)
            Sink.objects.filter(pk=SINK).update(resynced_at=ended)
