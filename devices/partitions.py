"""Keeps a partition of the history ready for each month that is written to, and drops old ones."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, connection, transaction
from psycopg.errors import LockNotAvailable

logger = logging.getLogger(__name__)

EARLIEST, LATEST = 2015, 2100  # outside of these a time is nonsense and lies in the rest partition
DECEMBER = 12
PATIENCE_MS = 500
NAME = re.compile(r"devices_logentry_(\d{4})_(\d{2})")
NAMES = """
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'devices_logentry'::regclass ORDER BY child.relname
"""

# What this process knows to exist. Another may have dropped a month since: then a row that comes
# too late for it lies in the rest partition, and goes from there.
_ready: set[tuple[int, int]] = set()


@dataclass(frozen=True, slots=True)
class Month:
    """One partition of the history."""

    name: str
    start: datetime
    end: datetime


def ensure(times: Iterable[datetime]) -> None:
    """Create the missing partitions of these times; each process asks once per month.

    One that a lock is in the way of is tried again at the next call, not waited for.
    """
    wanted = {(when.year, when.month) for when in times if EARLIEST <= when.year < LATEST}
    for year, month in sorted(wanted - _ready):
        if _create(_month(year, month)):
            transaction.on_commit(partial(_ready.add, (year, month)))


def months() -> list[Month]:
    """Return the partitions that exist, the oldest first; the rest partition is no month."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        found = [NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return [_month(int(one[1]), int(one[2])) for one in found if one]


def month_of(when: datetime) -> Month:
    """Return the month that a time lies in, whether its partition exists or not."""
    return _month(when.year, when.month)


def lock() -> None:
    """Keep everybody from the history until the transaction ends: it must be a short one."""
    with connection.cursor() as cursor:
        # the parent first, as every query does; the other way round two would wait for each other
        cursor.execute("LOCK TABLE ONLY devices_logentry IN ACCESS EXCLUSIVE MODE")


def drop(month: Month) -> None:
    """Drop a partition with all its rows, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {month.name}")
    transaction.on_commit(partial(_ready.discard, (month.start.year, month.start.month)))


def _month(year: int, month: int) -> Month:
    start = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(year + month // DECEMBER, month % DECEMBER + 1, 1, tzinfo=UTC)
    return Month(f"devices_logentry_{year}_{month:02}", start, end)


def _create(month: Month) -> bool:
    """Make the partition where it is missing; False when a lock put it off to the next time."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [month.name])
            if not cursor.fetchone()[0]:
                _make(cursor, month)
    except DatabaseError as exc:
        # rows of that month lie in the rest partition: they stay readable there, new ones too
        logger.warning("partition not made", extra={"partition": month.name, "error": str(exc)})
        return not isinstance(exc.__cause__, LockNotAvailable)
    return True


def _make(cursor: Any, month: Month) -> None:
    # Whoever waits here for a long question to end makes every reader and writer wait behind it.
    cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
    # two workers at once: the second waits, then finds it there
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [month.name])
    cursor.execute(
        f"CREATE TABLE IF NOT EXISTS {month.name} PARTITION OF devices_logentry"
        f" FOR VALUES FROM ('{month.start.isoformat()}') TO ('{month.end.isoformat()}')"
    )
    cursor.execute("SET LOCAL lock_timeout TO DEFAULT")  # the caller's transaction goes on
