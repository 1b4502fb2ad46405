"""The two statements that change what USH should know: news of devices, and "tell it all again".

Set-based and in key order, so that thousands of cells cost one round trip and two writers that
touch the same devices cannot deadlock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import connection, transaction

from .mapping import vocabulary
from .terms import SHARDS


@dataclass(frozen=True, slots=True)
class News:
    """One property's value as the device came to it."""

    device_key: str
    ush_device_id: str
    property: str
    value: str
    source_at: int
    near: str = ""  # words, by comma: one that the cell has already stays


SETTLE = timedelta(seconds=5)  # quiet for so long, a small move is told as well
LONGEST_HELD = timedelta(seconds=60)  # a value that never comes to rest is told once a minute

_BANDS = " ".join(f"WHEN '{name}' THEN {band}" for name, band in vocabulary.DEADBANDS.items())
# Whether two values of a cell's property are no further apart than its deadband.
NEAR = f"""(CASE WHEN cell.property IN ({", ".join(f"'{name}'" for name in vocabulary.DEADBANDS)})
    THEN abs({{one}}::numeric - {{other}}::numeric) <= CASE cell.property {_BANDS} END
    ELSE false END)"""
_NEAR_KNOWN = f"""(cell.acked_known AND cell.attempts = 0 AND cell.lane = 'healthy'
    AND {NEAR.format(one="excluded.value", other="cell.acked_value")})"""

# Older news is counted and dropped. The same value only refreshes its time. A value that USH is
# known to hold clears the cell (A, B, A within an outage sends nothing); if nobody knows what USH
# holds, it is sent. A new value of a quarantined cell is tried at once, alone. A small move away
# from what USH holds waits until it has settled; a large one ends the waiting.
_STORE = f"""
INSERT INTO reporting_cell AS cell (
    sink_id, device_key, ush_device_id, property, value, source_at, shard, urgency, version,
    acked_version, acked_known, in_flight, confirm, first_dirty_at, next_try_at, attempts, lane,
    late, merged, discarded, last_error)
SELECT %(sink)s, news.device_key, news.ush_device_id, news.property,
    {{value}}, news.source_at, news.shard, news.urgency,
    1, 0, false, false, false, %(now)s, %(due)s, 0, 'healthy', 0, 0, false, ''
FROM unnest(%(device_key)s::text[], %(ush_device_id)s::text[], %(property)s::text[],
            %(value)s::text[], %(source_at)s::bigint[], %(near)s::text[], %(shard)s::int[],
            %(urgency)s::int[])
     AS news (device_key, ush_device_id, property, value, source_at, near, shard, urgency)
{{known}}
ORDER BY news.ush_device_id, news.property
ON CONFLICT (sink_id, ush_device_id, property) DO UPDATE SET
    source_at = greatest(cell.source_at, excluded.source_at),
    late = cell.late + (excluded.source_at < cell.source_at)::int,
    value = CASE WHEN excluded.source_at < cell.source_at THEN cell.value
                 ELSE excluded.value END,
    merged = cell.merged + (excluded.source_at >= cell.source_at AND excluded.value <> cell.value
        AND (cell.version > cell.acked_version
             OR cell.acked_known AND excluded.value = cell.acked_value))::int,
    discarded = cell.discarded AND (excluded.source_at < cell.source_at
                                    OR excluded.value = cell.value),
    version = cell.version + (excluded.source_at >= cell.source_at
                              AND excluded.value <> cell.value)::int,
    acked_version = CASE
        WHEN excluded.source_at >= cell.source_at AND excluded.value <> cell.value
             AND cell.acked_known AND excluded.value = cell.acked_value
        THEN cell.version + 1 ELSE cell.acked_version END,
    lane = CASE
        WHEN excluded.source_at >= cell.source_at AND excluded.value <> cell.value
             AND cell.acked_known AND excluded.value = cell.acked_value
        THEN 'healthy' ELSE cell.lane END,
    first_dirty_at = CASE
        WHEN excluded.source_at >= cell.source_at AND excluded.value <> cell.value
             AND cell.version = cell.acked_version
        THEN %(now)s ELSE cell.first_dirty_at END,
    next_try_at = CASE
        WHEN excluded.source_at < cell.source_at OR excluded.value = cell.value
        THEN cell.next_try_at
        WHEN {_NEAR_KNOWN} THEN least(%(now)s + %(settle)s, %(longest)s +
            CASE WHEN cell.version = cell.acked_version THEN %(now)s ELSE cell.first_dirty_at END)
        WHEN cell.version = cell.acked_version THEN %(due)s
        WHEN cell.lane = 'quarantine' THEN least(cell.next_try_at, %(now)s)
        WHEN cell.acked_known AND cell.attempts = 0 THEN least(cell.next_try_at, %(due)s)
        ELSE cell.next_try_at END
RETURNING device_key, version > acked_version
"""  # noqa: S608  put together from constants of this module
STORE = _STORE.format(value="news.value", known="")
# At the border of two words the one that the cell has stays.
STORE_NEAR = _STORE.format(
    value="coalesce(known.value, news.value)",
    known="""LEFT JOIN LATERAL (
    SELECT value FROM reporting_cell AS told
    WHERE news.near <> '' AND told.sink_id = %(sink)s AND told.property = news.property
        AND told.ush_device_id = news.ush_device_id
        AND told.value = ANY(string_to_array(news.near, ','))) AS known ON true""",
)

# Rows are locked first, in key order, and then named by their ids: a statement that joins the two
# is planned as quadratic while PostgreSQL's statistics are older than the cells.
CLEAN = """
SELECT id FROM reporting_cell
WHERE sink_id = %(sink)s AND version = acked_version AND NOT discarded
    AND (%(keys)s::text[] IS NULL OR device_key = ANY(%(keys)s))
    AND (%(before)s::timestamptz IS NULL OR acked_at < %(before)s)
ORDER BY ush_device_id, property FOR NO KEY UPDATE
"""
AGAIN = """
UPDATE reporting_cell SET version = version + 1, acked_known = false,
    first_dirty_at = %(now)s, next_try_at = %(now)s WHERE id = ANY(%(ids)s)
"""
ALL_OF = """
SELECT id, ush_device_id, property FROM reporting_cell
WHERE device_key = ANY(%(keys)s) AND (%(sink)s::text IS NULL OR sink_id = %(sink)s)
ORDER BY ush_device_id, property FOR UPDATE
"""
# A new mapping may take its value from an older data point: nothing it says is late.
REOPEN = "UPDATE reporting_cell SET source_at = 0 WHERE id = ANY(%(ids)s)"
FORGET = "DELETE FROM reporting_cell WHERE id = ANY(%(ids)s)"


def store(sink: str, news: Sequence[News], now: datetime, window: timedelta) -> int:
    """Write news in the caller's transaction; give how many of its cells are to be sent."""
    if not news:
        return 0
    columns: dict[str, Any] = {
        name: [getattr(one, name) for one in news]
        for name in ("device_key", "ush_device_id", "property", "value", "source_at", "near")
    }
    columns["shard"] = [shard_of(one.device_key) for one in news]
    columns["urgency"] = [int(one.property != vocabulary.POWER) for one in news]
    with connection.cursor() as cursor:
        times = {"now": now, "due": now + window, "settle": SETTLE, "longest": LONGEST_HELD}
        statement = STORE_NEAR if any(columns["near"]) else STORE
        cursor.execute(statement, columns | times | {"sink": sink})
        return sum(bool(dirty) for _, dirty in cursor.fetchall())


def tell_again(
    sink: str,
    now: datetime,
    device_keys: Iterable[str] | None = None,
    *,
    acked_before: datetime | None = None,
) -> int:
    """Make clean cells dirty, so that USH is told them once more; give how many."""
    keys = None if device_keys is None else list(device_keys)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(CLEAN, {"sink": sink, "keys": keys, "before": acked_before})
        return _change(AGAIN, [id_ for (id_,) in cursor.fetchall()], now=now)


def reopen(sink: str, keys: Iterable[str], told: Iterable[tuple[str, str]]) -> None:
    """Prepare devices for a new mapping: forget what it tells no more, take the rest from it."""
    stay = set(told)
    with transaction.atomic(savepoint=False):
        cells = _all_of(keys, sink)
        _change(REOPEN, [id_ for id_, *cell in cells if tuple(cell) in stay])
        _change(FORGET, [id_ for id_, *cell in cells if tuple(cell) not in stay])


def forget(device_keys: Iterable[str]) -> None:
    """Delete what was to be told; an answer still on its way finds no row and is ignored."""
    with transaction.atomic(savepoint=False):
        _change(FORGET, [id_ for id_, *_cell in _all_of(device_keys)])


def _all_of(keys: Iterable[str], sink: str | None = None) -> list[tuple[Any, ...]]:
    """Lock all cells of devices, of one sink or of each; give id, USH device and property."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_OF, {"keys": list(keys), "sink": sink})
        return list(cursor.fetchall())


def _change(statement: str, ids: Sequence[int], **values: Any) -> int:
    """Run a statement over locked cells; give how many it changed."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids), **values})
        return int(cursor.rowcount)


def shard_of(device_key: str) -> int:
    """Keep all properties and gangs of a device in one share: one request about it at a time."""
    return crc32(device_key.encode()) % SHARDS
