"""Lets go of what is past its retention: history by type of event, and the books nobody reads.

Devices, their present state and orders are kept for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from rest import idempotency

from . import exporting, letting_go, lifetimes, partitions
from .letting_go import Going
from .models import CallCount, SyncRun

RUNS = timedelta(days=30)
CALLS = timedelta(days=400)
AHEAD = timedelta(days=31)  # the next month's partition exists before its first row comes


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went; `log` by type of event."""

    runs: int
    call_counts: int
    answers: int
    log: dict[int, int]
    months: tuple[str, ...] = ()
    held_back: int = 0
    exports: int = 0

    def sentence(self) -> str:
        """Say it in one line."""
        line = (
            f"prune: {self.runs} runs, {self.call_counts} call counts,"
            f" {self.answers} answers to keyed calls, {sum(self.log.values())} log rows"
        )
        if self.log:
            line += f" ({', '.join(f'event {kind}: {rows}' for kind, rows in self.log.items())})"
        if self.months:
            line += f", {len(self.months)} months as a whole"
        if self.exports:
            line += f", {self.exports} files of exports"
        return f"{line}; {self.held_back} steps left for later" if self.held_back else line


@dataclass(frozen=True, slots=True)
class GoingFile:
    """The file of an export that would go; `bytes` as it was written."""

    name: str
    bytes: int
    expired_at: datetime | None  # None: it was cancelled


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run at this moment would let go."""

    runs: int
    call_counts: int
    answers: int
    log: Sequence[Going]
    months: Sequence[str]
    exports: Sequence[GoingFile] = ()


def prune(now: datetime) -> Pruned:
    """Delete what is past, and prepare next month's partition of the history."""
    with transaction.atomic():
        partitions.ensure([now, now + AHEAD])
    runs, _ = SyncRun.objects.filter(started_at__lt=now - RUNS).delete()
    counts, _ = CallCount.objects.filter(hour__lt=now - CALLS).delete()
    went = letting_go.let_go(lifetimes.edges(settings.LOG_RETENTION, now), now)
    return Pruned(
        runs,
        counts,
        idempotency.forget(now),
        went.rows,
        went.months,
        held_back=went.held_back,
        exports=exporting.let_go(now),
    )


def preview(now: datetime) -> Preview:
    """Say what `prune` would delete now. Changes nothing."""
    log, months = letting_go.preview(lifetimes.edges(settings.LOG_RETENTION, now), now)
    return Preview(
        runs=SyncRun.objects.filter(started_at__lt=now - RUNS).count(),
        call_counts=CallCount.objects.filter(hour__lt=now - CALLS).count(),
        answers=idempotency.forgettable(now).count(),
        log=log,
        months=months,
        exports=[GoingFile(one.file_name, one.size, one.expires_at) for one in exporting.past(now)],
    )
