"""Forgets reports that nobody asks for any more. The cells keep what USH knows."""

from datetime import datetime, timedelta

from .models import Report

KEPT = timedelta(days=7)
AT_ONCE = 5_000


def forget_old(now: datetime) -> int:
    """Delete old reports in short steps; give how many."""
    forgotten = 0
    while True:
        old = Report.objects.filter(sent_at__lt=now - KEPT).values_list("pk", flat=True)[:AT_ONCE]
        count, _ = Report.objects.filter(pk__in=list(old)).delete()
        forgotten += count
        if count < AT_ONCE:
            return forgotten
