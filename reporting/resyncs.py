"""Tells everything anew although nothing changed, against what neither side noticed.

Every six hours, give or take half an hour: many installations that were started by one power cut
do not come back to USH at one moment for ever. When is said by a row, so that a restart of beat
neither delays nor repeats it.
"""

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from . import cells, sinks
from .models import Sink

EVERY, JITTER = timedelta(hours=6), timedelta(minutes=30)


def due_at(last: datetime) -> datetime:
    """Say when the next one is due: as much early or late as the last one's moment says."""
    share = Random(int(last.timestamp())).uniform(-1, 1)  # noqa: S311  no secret
    return last + EVERY + share * JITTER


def when_due(now: datetime) -> int:
    """Tell everything again if it is time; give how many cells. Of several callers one does it."""
    sink = sinks.ensure()
    last = sink.resynced_at
    if last is not None and now < due_at(last):
        return 0
    with transaction.atomic():
        # The first time nothing is old yet: whatever USH knows it was told a moment ago.
        count = 0 if last is None else cells.tell_again(sink.name, now)
        # The road after the cells, as everywhere.
        if not Sink.objects.filter(pk=sink.pk, resynced_at=last).update(resynced_at=now):
            transaction.set_rollback(True)
            return 0
    return count
