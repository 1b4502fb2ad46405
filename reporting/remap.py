"""The worker that translates all devices anew after the mapping changed, page by page.

How far it came is in a row: killed at any point it goes on where it was.
"""

import time
from datetime import datetime, timedelta

from django.db import connection, transaction

from . import reception, source
from .models import Sink
from .terms import SINK

PAGE = 500  # devices held at once
LONGEST = timedelta(seconds=3)  # then reports have a turn
LOCK = 4_872_002


def walk(now: datetime, longest: timedelta = LONGEST) -> int:
    """Translate the next pages; give how many devices. Costs one small query when nothing is to do.

    Of several workers one walks.
    """
    ends, count = time.monotonic() + longest.total_seconds(), 0
    while Sink.objects.filter(pk=SINK, remap_from__isnull=False).exists():
        done = _page(now)
        if done is None or time.monotonic() > ends:
            return count
        count += done
    return count


def _page(now: datetime) -> int | None:
    with transaction.atomic():
        if not _alone():
            return None
        sink = Sink.objects.get(pk=SINK)
        if sink.remap_from is None:
            return None
        letters, place = source.current().letters_after(sink.remap_from, PAGE)
        if letters:
            reception.retell(letters, now)
        # A mapping that changed meanwhile has set the beginning anew.
        Sink.objects.filter(pk=SINK, mapping_mark=sink.mapping_mark).update(remap_from=place)
    return len(letters)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
