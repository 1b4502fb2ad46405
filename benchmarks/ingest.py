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

# Rows cannot be dropped into one table twice, so each way writes to moments of its own.
TWIN = """
CREATE TABLE IF NOT EXISTS twin (LIKE devices_logentry INCLUDING ALL)
    PARTITION BY RANGE (event_time)
"""


def run(*, full: bool) -> Figures:
    """Compare the ways, one after the other in each round."""
    count = 200_000 if full else 50_000
    made = [_events(count, start) for start in range(ROUNDS)]
    _twin(made)
    rates: dict[str, list[float]] = {"store": [], "copy": []}
    for batch in made:
        packed = [b"".join(pack(part, timezone.now())) for part in _parts(batch)]
        rates["copy"].append(_rate(count, partial(_copy, packed)))
        rates["store"].append(_rate(count, partial(_store, batch)))
        connection.cursor().execute("TRUNCATE twin, devices_logentry")
    bulk = _rate(SAMPLE_BULK, partial(_bulk, made[0][:SAMPLE_BULK]))
    saved = _rate(SAMPLE_SAVE, partial(_save, made[1][:SAMPLE_SAVE]))
    connection.cursor().execute("TRUNCATE devices_logentry; DROP TABLE twin")
    return _figures(count, rates, bulk, saved)


def _figures(count: int, rates: dict[str, list[float]], bulk: float, saved: float) -> Figures:
    ours, limit = statistics.median(rates["store"]), statistics.median(rates["copy"])
    ratio = statistics.median(a / b for a, b in zip(rates["store"], rates["copy"], strict=True))
    line = (
        f"{count} rows x {ROUNDS} rounds in batches of {BATCH}: events.store {ours:,.0f} rows/s,"
        f" prepacked COPY {limit:,.0f}; {ours / bulk:.1f} x bulk_create(1000),"
        f" {ours / saved:.0f} x save()"
    )
    return Figures(line, (Limit("share of COPY", ratio, 0.5, least=True),))


def _events(count: int, round_: int) -> list[Event]:
    """Rows as a harvest brings them: device after device."""
    start = millis(timezone.now()) - BATCH * STEP_MS + round_
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
        for device in range(1, count // BATCH + 1)
        for turn in range(BATCH)
    ]


def _twin(made: Sequence[Sequence[Event]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for batch in made:
            partitions.ensure({moment(one.at) for one in batch})
        cursor.execute(TWIN)
        cursor.execute(
            "SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class JOIN pg_inherits"
            " ON inhrelid = oid WHERE inhparent = 'devices_logentry'::regclass"
        )
        for name, bound in cursor.fetchall():
            cursor.execute(f"CREATE TABLE IF NOT EXISTS twin_{name} PARTITION OF twin {bound}")


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
