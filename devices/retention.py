"""Lets go of the books that nobody reads any more. History and orders are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from rest import idempotency

from . import partitions
from .models import CallCount, SyncRun

RUNS = timedelta(days=30)
CALLS = timedelta(days=400)
AHEAD = timedelta(days=31)  # the next month's partition exists before its first row comes


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    runs: int
    call_counts: int
    answers: int

    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"prune: {self.runs} runs, {self.call_counts} call counts,"
            f" {self.answers} answers to keyed calls"
        )


def prune(now: datetime) -> Pruned:
    """Delete old runs and call counts, and prepare next month's partition of the history."""
    with transaction.atomic():
        partitions.ensure([now, now + AHEAD])
    runs, _ = SyncRun.objects.filter(started_at__lt=now - RUNS).delete()
    counts, _ = CallCount.objects.filter(hour__lt=now - CALLS).delete()
    return Pruned(runs, counts, idempotency.forget(now))
