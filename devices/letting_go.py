"""Deletes the history that is past its retention, in bounded steps, and says beforehand what goes.

Each step is a short transaction of its own; a month that is past as a whole goes as one table.
Never touches a device, its present state, or an order.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from . import partitions
from .lifetimes import Edges
from .partitions import Month

logger = logging.getLogger(__name__)

STEP = 10_000  # rows looked at in one transaction
PATIENCE_MS = 2_000  # while a lock on the history is waited for, every reader waits behind it
QUIET = timedelta(days=31)  # after a month ended; until then a late log row still needs its table

ACCOUNT = """
    SELECT event_id, count(*) FILTER (WHERE {past}), count(*), pg_total_relation_size(tableoid),
        date_trunc('milliseconds', min(event_time) FILTER (WHERE {past})),
        date_trunc('milliseconds', max(event_time) FILTER (WHERE {past})), tableoid
    FROM devices_logentry WHERE event_time < %s GROUP BY event_id, tableoid ORDER BY event_id
"""
STEP_ENDS = """
    SELECT event_time FROM devices_logentry WHERE event_time >= %s AND event_time < %s
    ORDER BY event_time OFFSET %s LIMIT 1
"""
DELETE = """
    WITH gone AS (
        DELETE FROM devices_logentry
        WHERE event_time >= %s AND event_time < %s AND {past} RETURNING event_id
    ) SELECT event_id, count(*) FROM gone GROUP BY event_id
"""
NOTE = """
    INSERT INTO devices_letgo AS known (event_id, before) VALUES (%s, %s)
    ON CONFLICT (event_id) DO UPDATE SET before = greatest(known.before, excluded.before)
"""


@dataclass(frozen=True, slots=True)
class Going:
    """What goes of one type of event. `bytes` is its share of the tables and their indexes."""

    event_id: int
    rows: int
    first: datetime
    last: datetime
    bytes: int


@dataclass(frozen=True, slots=True)
class Went:
    """What went: rows by type of event, months as whole tables, and what a lock held back."""

    rows: dict[int, int]
    months: tuple[str, ...] = ()
    held_back: int = 0


def preview(edges: Edges, now: datetime) -> tuple[list[Going], list[str]]:
    """Return what would go, by type, and which months would go as a whole. Changes nothing."""
    if edges.newest is None:
        return [], []
    month_ends = partitions.month_of(edges.newest).end
    past, values = _past(edges)
    rows = _ask(ACCOUNT.format(past=past), [*values * 3, month_ends])
    held: Counter[int] = Counter()
    for _type, _gone, count, _size, _first, _last, table in rows:
        held[table] += count
    parts = [
        Going(event_id, gone, first, last, round(size * gone / held[table]))
        for event_id, gone, _count, size, first, last, table in rows
        if gone
    ]
    return _by_type(parts), [month.name for month in _past_as_a_whole(edges, now)]


def _by_type(parts: Iterable[Going]) -> list[Going]:
    """Join what the tables hold of one type."""
    joined: dict[int, Going] = {}
    for part in parts:
        known = joined.get(part.event_id)
        joined[part.event_id] = part if known is None else _sum(known, part)
    return list(joined.values())


def _sum(one: Going, other: Going) -> Going:
    return Going(
        event_id=one.event_id,
        rows=one.rows + other.rows,
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        bytes=one.bytes + other.bytes,
    )


def let_go(edges: Edges, now: datetime) -> Went:
    """Delete what is past. What a lock holds back is left for the next time."""
    if edges.newest is None:
        return Went({})
    went: Counter[int] = Counter()
    months = [month.name for month in _past_as_a_whole(edges, now) if _dropped(month, edges, went)]
    held_back = _walk(edges, went)
    emptied = [month.name for month in _ended(edges, now) if _empty(month) and _dropped(month)]
    return Went(dict(sorted(went.items())), (*months, *emptied), held_back)


def _walk(edges: Edges, went: Counter[int]) -> int:
    """Delete along the index of time, a step at a time; return how many steps were held back."""
    held_back, start = 0, _step_end(None, edges, 0)
    while start is not None:
        end = _step_end(start, edges, STEP)
        if end == start:  # more rows of one moment than a step holds: they go together
            end = start + timedelta(milliseconds=1)
        try:
            went.update(_delete(start, end or edges.newest, edges))
        except OperationalError as error:
            held_back += 1
            logger.warning("history is busy", extra={"since": start, "error": str(error)})
        start = end
    return held_back


def _step_end(start: datetime | None, edges: Edges, rows: int) -> datetime | None:
    found = _ask(STEP_ENDS, [start or "-infinity", edges.newest, rows])
    return found[0][0] if found else None


def _delete(start: datetime, end: datetime | None, edges: Edges) -> dict[int, int]:
    """Delete one step, and note in the same breath that charts must not draw over it."""
    past, values = _past(edges)
    with transaction.atomic():
        _be_patient()
        gone = dict(_ask(DELETE.format(past=past), [start, end, *values]))
        _note(gone, edges)
    return gone


def _note(types: Iterable[int], edges: Edges) -> None:
    with connection.cursor() as cursor:
        for event_id in sorted(types):
            cursor.execute(NOTE, [event_id, edges.of(event_id)])


def _past_as_a_whole(edges: Edges, now: datetime) -> list[Month]:
    """Return the months of which nothing is kept, whatever its type."""
    oldest = edges.oldest
    return [month for month in _ended(edges, now) if oldest and month.end <= oldest]


def _ended(edges: Edges, now: datetime) -> list[Month]:
    return [
        month
        for month in partitions.months()
        if edges.newest and month.end <= min(edges.newest, now - QUIET)
    ]


def _empty(month: Month) -> bool:
    return not _ask(f"SELECT 1 FROM {month.name} LIMIT 1", [])  # noqa: S608  a name of ours


def _dropped(month: Month, edges: Edges | None = None, went: Counter[int] | None = None) -> bool:
    """Drop a month's table: with `edges` whatever it holds, without only if it is empty still."""
    counts = f"SELECT event_id, count(*) FROM {month.name} GROUP BY event_id"  # noqa: S608
    held = dict(_ask(counts, [])) if edges else {}
    try:
        with transaction.atomic():
            _be_patient()
            partitions.lock()
            if edges is None and not _empty(month):
                return False
            if edges:
                _note(held, edges)
            partitions.drop(month)
    except OperationalError as error:
        logger.warning("month not dropped", extra={"month": month.name, "error": str(error)})
        return False
    if went is not None:
        went.update(held)
    return True


def _be_patient() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")


def _past(edges: Edges) -> tuple[str, list[Any]]:
    """Return the condition on a row, and its values. An edge of NULL lets nothing go."""
    cases = "".join(" WHEN %s THEN %s::timestamptz" for _ in edges.named)
    values = [value for pair in edges.named for value in pair]
    # a CASE without any WHEN is none
    edge = f"CASE event_id{cases} ELSE %s::timestamptz END" if cases else "%s::timestamptz"
    return f"event_time < {edge}", [*values, edges.others]


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
