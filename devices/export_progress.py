"""How far an export is: rows of about how many, and how long it will take. Decides only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.models import LogExport


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` is of the rows that were counted at the start; None while nobody counted."""

    rows: int
    expected: int | None
    percent: int | None
    left: timedelta | None


def of(export: LogExport, now: datetime) -> Progress:
    """Return the progress of one export; what has ended has nothing left."""
    rows, expected = export.rows, export.expected
    if export.state == LogExport.State.DONE:
        return Progress(rows, rows, 100, None)
    percent = None if expected is None else min(99, 100 * rows // expected) if expected else 0
    return Progress(rows, expected, percent, _left(export, now))


def _left(export: LogExport, now: datetime) -> timedelta | None:
    """Return how long the rest takes if it goes on as it went; None where nobody can say."""
    running = export.state == LogExport.State.RUNNING
    if not (running and export.rows and export.expected and export.started_at):
        return None
    rest = max(0, export.expected - export.rows)
    left = (now - export.started_at) * rest / export.rows
    return left if left >= timedelta(seconds=1) else None
