"""The way that nearly every change takes: one statement leases, picks, marks and takes a place.

Serves healthy cells while the road is plainly open; says "nothing" in every other case, and then
`claim` looks closer. Locks are taken in the order share, cells, road, as everywhere in this room.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec
from django.db import connection

from . import quick
from .claim import INTERVAL, LEASE, LONGEST_BODY, Batch, Lease
from .held import COLUMNS, Held
from .models import Report
from .terms import SHARDS, SINK, Terms

EVER = datetime(1970, 1, 1, tzinfo=UTC)
URGENCIES = (0, 1)
CELLS_A_DEVICE = 7  # the published properties; one of them is PowerState

Floors: TypeAlias = dict[tuple[int, int], tuple[datetime, int]]
"""Share and urgency -> nothing healthy is due before this time and id. Holds for one drain only.

What was told leaves dead entries in the index, and an old snapshot keeps them there: without a
floor every claim of a long drain would walk past all of them.
"""

# The road needs no second look: not paused, not waiting, no failure, the full rate.
CALM = """(NOT paused AND parked_reason = '' AND failures = 0 AND mismatches = 0
    AND outage_since IS NULL AND pace IS NULL)"""
DUE = """(SELECT id, ush_device_id, urgency, next_try_at FROM reporting_cell
    WHERE shard = free.number AND lane = 'healthy' AND urgency = {urgency}
        AND version > acked_version AND next_try_at <= %(now)s
        AND (next_try_at, id) >= (free.at{urgency}, free.id{urgency})
    ORDER BY next_try_at, id LIMIT {most})"""
NUMBERS = ", ".join(map(str, range(SHARDS)))
MOST = f"(%(devices)s::int * {CELLS_A_DEVICE - 1} + 1)"
_LEASE, _INTERVAL = (f"interval '{time.total_seconds()} s'" for time in (LEASE, INTERVAL))
# found: what is due in free shares, in the order of urgency and waiting; no more than one request
#   can carry. devices: those that ride. held: all that they have to tell, locked.
# ready: of these, without what would follow too soon after the last (PowerState never waits) or
#   would make the body too big. floors: where the next claim begins.
# Cells are looked up device by device (LATERAL) and by their ids (ARRAY): a planner that takes the
# table for a small one, its statistics being older than the cells, would walk over all for each.
# A cell that is in flight still was sent by someone who died: its request may be applied late, so
# it is told once more after the next success.
TAKE = quick.Statement(f"""
WITH free AS MATERIALIZED (
    SELECT share.id AS share_id, share.leased_until, floor.* FROM reporting_shard AS share
    JOIN unnest('{{{NUMBERS}}}'::int[], %(at0)s::timestamptz[], %(id0)s::bigint[],
                %(at1)s::timestamptz[], %(id1)s::bigint[])
         AS floor (number, at0, id0, at1, id1) ON floor.number = share.number
    WHERE sink_id = %(sink)s AND (leased_until IS NULL OR leased_until <= %(now)s)
        AND (%(placed)s OR EXISTS (
            SELECT FROM reporting_sink WHERE name = %(sink)s AND target = %(target)s AND {CALM}
                AND (next_try_at IS NULL OR next_try_at <= %(now)s)
                AND (next_slot_at IS NULL OR next_slot_at <= %(now)s)))
    ORDER BY leased_until NULLS FIRST),
found AS MATERIALIZED (
    SELECT free.share_id, free.number, due.*, row_number() OVER () AS place
    FROM free CROSS JOIN LATERAL (
        {DUE.format(urgency=0, most="%(devices)s::int + 1")}
        UNION ALL {DUE.format(urgency=1, most=MOST)}) AS due
    WHERE NOT EXISTS (
        SELECT FROM free AS one JOIN reporting_cell AS cell ON cell.shard = one.number
        WHERE lane IN ('suspect', 'quarantine') AND urgency IN (0, 1)
            AND version > acked_version AND next_try_at <= %(now)s)
    LIMIT %(devices)s::int + 1 + {MOST}),
devices AS MATERIALIZED (
    SELECT ush_device_id, min(share_id) AS share_id, min(number) AS number FROM found
    GROUP BY ush_device_id ORDER BY min(place)
    LIMIT least(%(devices)s, (SELECT max_devices FROM reporting_sink WHERE name = %(sink)s))),
lease AS (
    UPDATE reporting_shard SET fence = fence + 1, leased_until = %(now)s + {_LEASE} WHERE id IN (
        SELECT id FROM reporting_shard WHERE id IN (SELECT share_id FROM devices)
            AND (leased_until IS NULL OR leased_until <= %(now)s)
        ORDER BY number FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING number, fence),
held AS MATERIALIZED (
    SELECT due.* FROM (
        SELECT ush_device_id FROM devices JOIN lease USING (number) ORDER BY ush_device_id
    ) AS riding
    CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM reporting_cell AS cell
        WHERE cell.sink_id = %(sink)s AND cell.ush_device_id = riding.ush_device_id
            AND cell.lane = 'healthy' AND cell.version > cell.acked_version
            AND cell.next_try_at <= %(now)s + %(window)s
        ORDER BY cell.property FOR NO KEY UPDATE) AS due),
recent AS MATERIALIZED (
    SELECT ush_device_id, (
        SELECT max(told.acked_at) + {_INTERVAL} FROM reporting_cell AS told
        WHERE told.sink_id = %(sink)s AND told.ush_device_id = patient.ush_device_id
            AND told.acked_at > %(now)s - {_INTERVAL}) AS again
    FROM (SELECT DISTINCT ush_device_id FROM held WHERE urgency > 0) AS patient),
fitting AS MATERIALIZED (
    SELECT held.*, recent.again, sum(24 + octet_length(property) + octet_length(value) + 36
        + octet_length(ush_device_id)) OVER (ORDER BY ush_device_id) AS bytes,
        dense_rank() OVER (ORDER BY ush_device_id) AS rank
    FROM held LEFT JOIN recent USING (ush_device_id)),
ready AS MATERIALIZED (
    SELECT * FROM fitting
    WHERE (urgency = 0 OR again IS NULL) AND (bytes <= {LONGEST_BODY} OR rank = 1)),
later AS (
    UPDATE reporting_cell AS cell SET next_try_at = again
    FROM fitting WHERE cell.id = fitting.pk AND fitting.urgency > 0 AND again IS NOT NULL
        AND cell.id = ANY(ARRAY(SELECT pk FROM fitting))),
mark AS (
    UPDATE reporting_cell AS cell SET confirm = cell.confirm OR cell.in_flight,
        in_flight = true, acked_known = false
    WHERE cell.id = ANY(ARRAY(SELECT pk FROM ready))),
place AS (
    UPDATE reporting_sink SET next_slot_at =
        greatest(next_slot_at, %(now)s) + make_interval(secs => 1 / %(qps)s)
    WHERE name = %(sink)s AND NOT %(placed)s AND EXISTS (SELECT FROM ready)
    RETURNING extract(epoch FROM
        next_slot_at - make_interval(secs => 1 / %(qps)s) - %(now)s)::float AS wait),
floors AS (
    SELECT DISTINCT ON (number, urgency) number, urgency, next_try_at, id FROM found
    WHERE ush_device_id NOT IN (SELECT ush_device_id FROM devices)
    ORDER BY number, urgency, next_try_at, id)
SELECT json_build_object(
    'cells', (SELECT coalesce(json_agg(ready), '[]') FROM ready),
    'leases', (SELECT coalesce(json_agg(lease), '[]') FROM lease),
    'floors', (SELECT coalesce(json_agg(floors), '[]') FROM floors),
    'wait', (SELECT coalesce(max(wait), 0) FROM place))::text
""")  # noqa: S608  put together from constants
RELEASE = """
UPDATE reporting_shard SET leased_until = %(now)s
WHERE sink_id = %(sink)s AND number = ANY(%(numbers)s)
"""


class _Leased(msgspec.Struct):
    number: int
    fence: int


class _Floor(msgspec.Struct):
    number: int
    urgency: int
    next_try_at: datetime
    id: int


class _Found(msgspec.Struct):
    cells: list[Held]
    leases: list[_Leased]
    floors: list[_Floor]
    wait: float


_READER = msgspec.json.Decoder(_Found)


@dataclass(frozen=True, slots=True)
class Take:
    """What a claim gave: the batch, and how long its place in the rate is ahead."""

    batch: Batch
    wait: float


def healthy(terms: Terms, now: datetime, floors: Floors, *, placed: bool = False) -> Take | None:
    """Take one request's worth of healthy cells; None when there is none, or the road needs care.

    `placed`: the caller looked at the road and has a place in the rate.
    """
    found = _ask(terms, now, floors, placed=placed)
    _raise_floors(floors, found)
    fences = {one.number: one.fence for one in found.leases}
    used = {cell.shard for cell in found.cells}
    _release(fences.keys() - used, now)
    if not found.cells:
        return None
    lease = Lease({number: fence for number, fence in fences.items() if number in used})
    return Take(Batch(lease, tuple(found.cells), Report.Kind.BATCH), max(found.wait, 0.0))


def _ask(terms: Terms, now: datetime, floors: Floors, *, placed: bool) -> _Found:
    values: dict[str, Any] = {"sink": SINK, "target": terms.target, "now": now}
    for urgency in URGENCIES:
        begins = [floors.get((number, urgency), (EVER, 0)) for number in range(SHARDS)]
        values[f"at{urgency}"] = _array(at.isoformat() for at, _ in begins)
        values[f"id{urgency}"] = _array(str(key) for _, key in begins)
    values |= {"window": terms.window, "devices": terms.max_devices}
    values |= {"placed": placed, "qps": float(terms.qps)}
    return _READER.decode(TAKE.row(values)[0])


def _array(words: Iterable[str]) -> str:
    """Write an array as PostgreSQL reads it: cheaper than having each item looked at."""
    return "{" + ",".join(words) + "}"


def _raise_floors(floors: Floors, found: _Found) -> None:
    """Begin the next search where this one left; a share that was emptied is looked at whole."""
    served = {one.number for one in found.leases}
    for number, urgency in [place for place in floors if place[0] in served]:
        del floors[number, urgency]
    for one in found.floors:
        if one.number in served:
            floors[one.number, one.urgency] = one.next_try_at, one.id


def _release(numbers: Iterable[int], now: datetime) -> None:
    """Give back at once the shares in which nothing was ready."""
    idle = list(numbers)
    if idle:
        with connection.cursor() as cursor:
            cursor.execute(RELEASE, {"now": now, "sink": SINK, "numbers": idle})
