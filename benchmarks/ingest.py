"""How fast history is written: `events.store` against the fastest that PostgreSQL takes.

The limit is COPY of rows packed beforehand into a table of the same shape, indexes and partitions.
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.figures import Figures, Limit
from devices import packing, partitions
from devices.events import Event, millis, moment, store
from devices.models import LogEntry, Provenance
from devices.packing import COLUMNS, pack

ROUNDS = 5
BATCH = 2_000  # rows a call: a device's log of a day or a week, as the first harvest brings it
STEP_MS = 40_000
SAMPLE_BULK, SAMPLE_SAVE = 10_000, 1_000
SOME = ("switch_1", "cur_power", "va_temperature", "bright_value_v2", "work_mode")
VALUES = (True, 1234, 23.5, 700, "white")

OLDER = 20_000_000  # rows that are there already in a full run
TWIN = """
CREATE TABLE IF NOT EXISTS twin (LIKE devices_logentry INCLUDING ALL)
    PARTITION BY RANGE (event_time)
"""
FILL = """
INSERT INTO {} (device_id, event_time, received_at, digest, event_id, provenance, code, value)
SELECT 9000000 + n / 2000, %(now)s - n %% 2000 * interval '40 s', %(now)s, n, 7, 1, 'switch_1',
    'true'
FROM generate_series(1, %(count)s) AS n
"""


def run(*, full: bool) -> Figures:
    """Compare the ways, one after the other in each round; each round has devices of its own."""
    count, older = (200_000, OLDER) if full else (50_000, 0)
    made = [_events(count, round_) for round_ in range(ROUNDS + 2)]
    _twin(made[0], older)
    rates: dict[str, list[float]] = {"copy": [], "store": []}
    for turn, batch in enumerate(made[:ROUNDS]):
        packed = [b"".join(pack(part, timezone.now())) for part in _parts(batch)]
        works = {"copy": partial(_copy, packed), "store": partial(_store, batch)}
        for name in sorted(works, reverse=turn % 2 == 1):  # neither is always the first
            rates[name].append(_rate(count, works[name]))
    bulk = _rate(SAMPLE_BULK, partial(_bulk, made[-2][:SAMPLE_BULK]))
    saved = _rate(SAMPLE_SAVE, partial(_save, made[-1][:SAMPLE_SAVE]))
    connection.cursor().execute("TRUNCATE devices_logentry; DROP TABLE twin")
    return _figures(count, older, rates, bulk, saved)


def _figures(
    count: int, older: int, rates: dict[str, list[float]], bulk: float, saved: float
) -> Figures:
    ours, limit = statistics.median(rates["store"]), statistics.median(rates["copy"])
    ratio = statistics.median(a / b for a, b in zip(rates["store"], rates["copy"], strict=True))
    line = (
        f"{count} rows x {ROUNDS} rounds in batches of {BATCH} onto {older:,} older ones:"
        f" events.store {ours:,.0f} rows/s, prepacked COPY {limit:,.0f};"
        f" {ours / bulk:.1f} x bulk_create(1000), {ours / saved:.0f} x save()"
    )
    return Figures(line, (Limit("share of COPY", ratio, 0.5, least=True),))


def _events(count: int, round_: int) -> list[Event]:
    """Rows as a harvest brings them: device after device."""
    start, first = millis(timezone.now()) - BATCH * STEP_MS, round_ * 1_000_000
    return [
        Event(
            device=device,
            at=start + turn * STEP_MS,
            event_id=7,
            provenance=Provenance.LOG,
            code=SOME[turn % len(SOME)],
            value=VALUES[turn % len(SOME)],
            raw=str(VALUES[turn % len(SOME)]).lower(),
            source_id=1,
        )
        for device in range(first + 1, first + count // BATCH + 1)
        for turn in range(BATCH)
    ]


def _twin(batch: Sequence[Event], older: int) -> None:
    """Make the twin of the history, and put older rows of other devices into both."""
    with transaction.atomic(), connection.cursor() as cursor:
        partitions.ensure({moment(one.at) for one in batch})
        cursor.execute(TWIN)
        cursor.execute(
            "SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class JOIN pg_inherits"
            " ON inhrelid = oid WHERE inhparent = 'devices_logentry'::regclass"
        )
        for name, bound in cursor.fetchall():
            cursor.execute(f"CREATE TABLE IF NOT EXISTS twin_{name} PARTITION OF twin {bound}")
        for table in ("devices_logentry", "twin"):
            cursor.execute(FILL.format(table), {"now": timezone.now(), "count": older})
    connection.cursor().execute("ANALYZE devices_logentry; ANALYZE twin")


def _parts(batch: Sequence[Event]) -> list[Sequence[Event]]:
    return [batch[start : start + BATCH] for start in range(0, len(batch), BATCH)]


def _copy(packed: Sequence[bytes]) -> None:
    for part in packed:
        with transaction.atomic(), connection.cursor() as cursor:
            statement = f"COPY twin ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
            with cursor.copy(statement) as copy:
                copy.write(part)


def _store(batch: Sequence[Event]) -> None:
    for part in _parts(batch):
        with transaction.atomic():
            added = store(part, timezone.now())
        assert added == len(part), f"{added} of {len(part)} rows are new"


def _entry(event: Event) -> LogEntry:
    value = packing.clean(event.value)
    return LogEntry(
        device_id=event.device,
        event_time=moment(event.at),
        received_at=timezone.now(),
        digest=packing.digest(packing.told(event.raw, None), event.source_id, polled=False),
        event_id=event.event_id,
        source_id=event.source_id,
        provenance=event.provenance,
        code=event.code,
        value=value,
    )


def _bulk(batch: Sequence[Event]) -> None:
    LogEntry.objects.bulk_create([_entry(event) for event in batch], batch_size=1_000)


def _save(batch: Sequence[Event]) -> None:
    for event in batch:
        _entry(event).save(force_insert=True)


def _rate(count: int, work: Callable[[], None]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)
