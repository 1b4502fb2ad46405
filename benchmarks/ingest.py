"""How fast history is written: `events.store` against the fastest that PostgreSQL takes.

The limit is COPY of rows packed beforehand into a table of the same shape, indexes and partitions.
Then the same onto many older rows, and what a row takes on disk with all its indexes.
"""

import gc
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import crowd
from benchmarks.figures import Figures, Limit
from devices import codes, partitions, placing
from devices.events import Event, millis, moment, store
from devices.models import Provenance, StoredEntry
from devices.packing import COLUMNS, pack

ROUNDS = 4
BATCH = 2_000  # rows a call: a device's log of a day or a week, as the first harvest brings it
STEP_MS = 40_000
SAMPLE_BULK, SAMPLE_SAVE = 6_000, 1_000
SOME = ("switch_1", "cur_power", "va_temperature", "bright_value_v2", "work_mode")
VALUES = (True, 1234, 23.5, 700, "white")

OLDER, OLDER_FULL = 500_000, 20_000_000  # rows that are there already
TWIN = """
CREATE TABLE IF NOT EXISTS twin (LIKE devices_logentry INCLUDING ALL)
    PARTITION BY RANGE (event_time)
"""
FILL = """
INSERT INTO devices_logentry
    (event_time, device_id, lag, code, event_id, source_id, provenance, said)
SELECT %(now)s - n %% 2000 * interval '40 s' - abs(hashint4(n)) %% 40000 * interval '1 ms',
    9000000 + n / 2000, 1000, %(code)s, 7, 1, 1, 'true'
FROM generate_series(1, %(count)s) AS n
"""


def run(*, full: bool) -> Figures:
    """Compare the ways, one after the other in each round; each round has devices of its own."""
    count, older = (200_000, OLDER_FULL) if full else (50_000, OLDER)
    made = [_events(count, round_) for round_ in range(2 * ROUNDS + 2)]
    connection.cursor().execute("TRUNCATE devices_logentry")
    _twin(made[0])
    rates = _alternate(made[:ROUNDS])
    size = _bytes_a_row(ROUNDS * count)
    bulk = _times_bulk(made[-2])
    saved = _rate(SAMPLE_SAVE, partial(_save, made[-1][:SAMPLE_SAVE]))
    _fill(older)
    later = _alternate(made[ROUNDS:-2])
    connection.cursor().execute("TRUNCATE devices_logentry; DROP TABLE twin")
    ours, limit = statistics.median(rates["store"]), statistics.median(rates["copy"])
    share = _share(rates)
    line = (
        f"{count} rows x {ROUNDS} rounds in batches of {BATCH}: events.store {ours:,.0f} rows/s,"
        f" prepacked COPY {limit:,.0f}, save() {saved:,.0f};"
        f" onto {older:,} older rows"
        f" {statistics.median(later['store']):,.0f}"
    )
    return Figures(
        line,
        (
            Limit("share of COPY", share, 0.55, least=True),
            Limit("times bulk_create(1000)", bulk, 4, least=True),
            Limit("times save()", ours / saved, 60, least=True),
            Limit("onto older rows to empty", _share(later) / share, 0.7, least=True),
            Limit("bytes a row with indexes", size, 125),
        ),
    )


def _times_bulk(batch: Sequence[Event]) -> float:
    """Store and bulk_create in turns, some rows each: how many times as fast storing is."""
    parts = [batch[at : at + SAMPLE_BULK] for at in range(0, 6 * SAMPLE_BULK, SAMPLE_BULK)]
    return statistics.median(
        _rate(SAMPLE_BULK, partial(_store, mine)) / _rate(SAMPLE_BULK, partial(_bulk, theirs))
        for mine, theirs in zip(parts[::2], parts[1::2], strict=True)
    )


def _share(rates: dict[str, list[float]]) -> float:
    """How near storing came to copying, round by round: a busy machine slows both."""
    return statistics.median(a / b for a, b in zip(rates["store"], rates["copy"], strict=True))


def _alternate(batches: Sequence[list[Event]]) -> dict[str, list[float]]:
    """Copy and store in turns; neither is always the first."""
    rates: dict[str, list[float]] = {"copy": [], "store": []}
    numbers = codes.numbers(connection.cursor(), SOME)
    for turn, batch in enumerate(batches):
        packed = [
            b"".join(pack(placing.placed(part), timezone.now(), numbers)) for part in _parts(batch)
        ]
        works = {"copy": partial(_copy, packed), "store": partial(_store, batch)}
        for name in sorted(works, reverse=turn % 2 == 1):
            rates[name].append(_rate(len(batch), works[name]))
    return rates


def _bytes_a_row(rows: int) -> float:
    """Return what the history takes of the disk for each row, all indexes included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('devices_logentry')"
        )
        return float(cursor.fetchone()[0]) / rows


def _fill(older: int) -> None:
    """Put older rows of other devices into the history."""
    with transaction.atomic(), connection.cursor() as cursor, crowd.without_indexes(cursor):
        code = codes.numbers(cursor, SOME[:1])[SOME[0]]
        cursor.execute(FILL, {"now": timezone.now(), "count": older, "code": code})
    for statement in ("VACUUM ANALYZE devices_logentry", "CHECKPOINT"):
        connection.cursor().execute(statement)


def _events(count: int, round_: int) -> list[Event]:
    """Rows as a harvest brings them: device after device, each in milliseconds of its own."""
    start, first = millis(timezone.now()) - BATCH * STEP_MS, round_ * 1_000_000
    chance = random.Random(round_)
    return [
        Event(
            device=device,
            at=start + turn * STEP_MS + chance.randrange(STEP_MS),
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


def _twin(batch: Sequence[Event]) -> None:
    """Make the twin of the history."""
    with transaction.atomic(), connection.cursor() as cursor:
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


def _entry(event: Event, numbers: Mapping[str, int]) -> StoredEntry:
    now = timezone.now()
    return StoredEntry(
        event_time=moment(event.at),
        device_id=event.device,
        lag=millis(now) - event.at,
        code=numbers[event.code],
        event_id=event.event_id,
        source_id=event.source_id,
        provenance=event.provenance,
        said=json.dumps(event.value),
    )


def _bulk(batch: Sequence[Event]) -> None:
    numbers = codes.numbers(connection.cursor(), SOME)
    rows = [_entry(event, numbers) for event in batch]
    StoredEntry.objects.bulk_create(rows, batch_size=1_000)


def _save(batch: Sequence[Event]) -> None:
    numbers = codes.numbers(connection.cursor(), SOME)
    for event in batch:
        _entry(event, numbers).save(force_insert=True)


def _rate(count: int, work: Callable[[], None]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)
