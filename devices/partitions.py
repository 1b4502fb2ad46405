"""Keeps a partition of the history ready for each month that is written to."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)

EARLIEST, LATEST = 2015, 2100  # outside of these a time is nonsense and lies in the rest partition
DECEMBER = 12

_ready: set[tuple[int, int]] = (
    set()
)  # what this process knows to exist; partitions are never dropped


def ensure(times: Iterable[datetime]) -> None:
    """Create the missing partitions of these times; each process asks once per month."""
    wanted = {(when.year, when.month) for when in times if EARLIEST <= when.year < LATEST}
    for month in sorted(wanted - _ready):
        _create(*month)
        transaction.on_commit(partial(_ready.add, month))


def _create(year: int, month: int) -> None:
    start = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(year + month // DECEMBER, month % DECEMBER + 1, 1, tzinfo=UTC)
    name = f"devices_logentry_{year}_{month:02}"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # two workers at once: the second waits, then finds it there
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF devices_logentry"
                f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
            )
    except DatabaseError as exc:
        # rows of that month lie in the rest partition: they stay readable there, new ones too
        logger.warning("partition not made", extra={"partition": name, "error": str(exc)})
