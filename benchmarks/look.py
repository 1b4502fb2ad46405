"""One process that looks at the whole fleet again and again and tells as JSON what that took.

Apart, so that its peak memory is its own. `benchmarks/sync.py` starts it with the settings in the
environment.
"""

import json
import logging
import os
import resource
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import django
from django.db import connection
from django.utils import timezone

# A look's own record: its row, its calls, the account's pace. Everything else is the mirror.
RECORDS = {"devices_syncrun", "devices_callcount", "devices_project"}
# A look at a small fleet is short, and what a busy machine adds to it is large: the median counts.
MOST_AGAIN, ENOUGH = 5, 30_000  # looks; devices looked at in all of them
WRITTEN = """
    SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables
    WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one look took, for so many devices."""

    devices: int
    seconds: float
    cpu: float  # of the looking process
    server: float  # CPU of PostgreSQL meanwhile
    calls: int
    written: int  # rows inserted, changed or deleted, its own record aside
    peak: int  # bytes of memory, the most so far

    @property
    def rate(self) -> float:
        """Devices a second."""
        return self.devices / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU of the looking process a device, in microseconds."""
        return self.cpu / self.devices * 1e6


def main() -> None:
    """Look at a fleet that is new, and then at one that did not change."""
    django.setup()
    logging.getLogger().setLevel(logging.ERROR)
    first = _look()
    again = [_look() for _ in range(max(1, min(MOST_AGAIN, ENOUGH // first.devices)))]
    usual = sorted(again, key=lambda cost: cost.cpu)[len(again) // 2]
    peak, written = max(cost.peak for cost in again), sum(cost.written for cost in again)
    print(json.dumps([asdict(first), asdict(replace(usual, peak=peak, written=written))]))


def _look() -> Cost:
    from devices import sync  # noqa: PLC0415  it needs the settings

    written, server = _written(), _server_cpu()
    started, cpu = time.perf_counter(), time.process_time()
    done = sync.sync(timezone.now(), force=True)
    took, used = time.perf_counter() - started, time.process_time() - cpu
    assert done is not None, "another process is at it"
    assert done.outcome == "complete", done.error
    return Cost(
        devices=done.seen,
        seconds=took,
        cpu=used,
        server=_server_cpu() - server,
        calls=done.calls,
        written=_written() - written,
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def _written() -> int:
    """Count the rows of the mirror that were ever written, as PostgreSQL counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(WRITTEN)
        return sum(count for table, count in cursor.fetchall() if table not in RECORDS)


def _server_cpu() -> float:
    """Read what all of PostgreSQL's processes used so far; the server is on this machine.

    The first of them keeps account of those that ended.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        first = _facts(str(cursor.fetchone()[0]))[1]
    folders = [one.name for one in Path("/proc").iterdir() if one.name.isdigit()]
    living = [facts for name in folders if (facts := _facts(name))[1] == first]
    ticks = sum(map(int, _facts(first)[11:15])) + sum(int(n) for one in living for n in one[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _facts(process: str) -> list[str]:
    """Read what Linux says of a process: its state, its parent, ... its ticks, its children's."""
    try:
        return (Path("/proc") / process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return ["", ""]


if __name__ == "__main__":
    main()
