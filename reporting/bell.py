"""The bell between who stores news and who attends to it: heard at commit, or not at all.

Says nothing but "in so many ms something is due". A ring that nobody hears costs a second: beat
rings too. Touches no row.
"""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

CHANNEL = "fleet_forward"
LOCK = 4_872_003  # held by the one that attends; ends with its session

# One that died is not counted: its lock went with its session.
RING = """
SELECT pg_notify(%s, %s), EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""

# Reaches the pool's processes, which are forked from the worker that is told to end.
_HEAR_END, _SAY_END = os.pipe()


def ring(delay: float) -> bool:
    """Ring at commit for what is due in `delay` seconds; say whether somebody attends."""
    with connection.cursor() as cursor:
        cursor.execute(RING, [CHANNEL, str(round(delay * 1000)), LOCK])
        return bool(cursor.fetchone()[1])


def end_all() -> None:
    """Send home whoever attends in this worker. Safe in a signal handler."""
    os.write(_SAY_END, b".")


@contextmanager
def attending() -> Iterator[bool]:
    """Be the one that hears; False when somebody else is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        alone = bool(cursor.fetchone()[0])
        if alone:
            cursor.execute(f"LISTEN {CHANNEL}")
    try:
        yield alone
    finally:
        if alone:
            with suppress(Error), connection.cursor() as cursor:  # a lost session took both along
                cursor.execute(f"UNLISTEN {CHANNEL}")
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def heard(longest: float) -> list[float] | None:
    """Wait for rings; give in how many seconds each is due, None when it is time to go home."""
    link = connection.connection
    rings = [int(note.payload) / 1000 for note in link.notifies(timeout=0)]
    if rings or longest <= 0:
        return rings
    ready, _, _ = select.select([link.fileno(), _HEAR_END], [], [], longest)
    if _HEAR_END in ready:
        return None
    return [int(note.payload) / 1000 for note in link.notifies(timeout=0)]
