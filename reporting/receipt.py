"""Writes that USH accepted a request: cells, lease, report and the bell of open pages, at once.

One statement, so that the next claim waits for one round trip. It acknowledges only under a lease
that is ours still, and by comparing versions: a value that changed meanwhile stays dirty.

Its commit does not wait for the disk. What a crash of the database could take with it is the
knowledge that USH has a value: the cell is in flight again and is told once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pages import live

from . import quick
from .cells import NEAR, SETTLE
from .claim import Lease
from .sending import Sent
from .take import CALM
from .terms import SINK

CONFIRM_AFTER = timedelta(seconds=20)  # twice the read timeout: a lost request may be applied late
SEEN_EVERY = timedelta(seconds=1)  # how exactly the road says when it was last well

COLUMNS = (
    *("kind", "sent_at", "took_ms", "devices", "cells", "outcome", "meaning", "http_status"),
    *("code", "business_code", "business_message", "lag_ms", "request_body", "answer_head"),
)
_NEAR_TOLD = NEAR.format(one="cell.value", other="told.value")
# What was told is acknowledged. If it changed meanwhile and changed back, it is clean again. A cell
# whose earlier request was lost is told once more, later. The locks are taken in everyone's order:
# the road is last because `seen` counts what was accepted.
ACCEPT = quick.Statement(f"""
WITH ours AS MATERIALIZED (
    SELECT share.id FROM reporting_shard AS share
    JOIN unnest(%(numbers)s::int[], %(fences)s::bigint[]) AS lease (number, fence)
         ON share.number = lease.number AND share.fence = lease.fence
    WHERE share.sink_id = %(sink)s ORDER BY share.number FOR NO KEY UPDATE OF share),
valid AS MATERIALIZED (SELECT count(*) = cardinality(%(numbers)s::int[]) AS yes FROM ours),
given AS (
    UPDATE reporting_shard AS share SET leased_until = %(until)s
    FROM ours WHERE share.id = ours.id AND (SELECT yes FROM valid)),
locked AS MATERIALIZED (
    SELECT id FROM reporting_cell WHERE id = ANY(%(ids)s) AND (SELECT yes FROM valid)
    ORDER BY ush_device_id, property FOR NO KEY UPDATE),
accepted AS (
    UPDATE reporting_cell AS cell SET
        acked_value = told.value,
        acked_source_at = told.source_at,
        acked_at = %(now)s,
        acked_known = NOT cell.confirm,
        acked_version = CASE WHEN cell.value = told.value AND NOT cell.confirm THEN cell.version
                             ELSE told.version END,
        version = cell.version + (cell.confirm AND cell.version = told.version)::int,
        next_try_at = CASE WHEN cell.version > told.version AND NOT cell.confirm AND {_NEAR_TOLD}
                           THEN %(settled)s
                           WHEN cell.version > told.version THEN %(soon)s
                           WHEN cell.confirm THEN %(later)s ELSE cell.next_try_at END,
        first_dirty_at = CASE WHEN cell.version > told.version OR cell.confirm THEN %(sent_at)s
                              ELSE cell.first_dirty_at END,
        in_flight = false, confirm = cell.confirm AND cell.version > told.version,
        attempts = 0, lane = 'healthy', last_error = '', last_http = NULL
    FROM locked JOIN unnest(%(ids)s::bigint[], %(versions)s::bigint[], %(values)s::text[],
                            %(source_ats)s::bigint[])
         AS told (id, version, value, source_at) USING (id)
    WHERE cell.id = locked.id AND cell.id = ANY(%(ids)s) AND cell.acked_version < told.version
    RETURNING cell.id),
kept AS (
    INSERT INTO reporting_report (sink_id, {", ".join(COLUMNS)})
    SELECT %(sink)s, {", ".join(f"%({name})s" for name in COLUMNS)} FROM valid WHERE yes),
seen AS (
    UPDATE reporting_sink SET last_ok_at = %(now)s
    WHERE name = %(sink)s AND (SELECT yes FROM valid) AND (SELECT count(*) FROM accepted) >= 0
        AND (last_ok_at IS NULL OR last_ok_at <= %(now)s - %(often)s))
SELECT valid.yes, EXISTS (SELECT FROM reporting_sink WHERE name = %(sink)s AND {CALM}),
    CASE WHEN yes THEN pg_notify(%(channel)s, %(payload)s) END,
    set_config('synchronous_commit', 'off', true)
FROM valid
""")  # noqa: S608  put together from constants


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether the lease was ours, and whether the road needs no conclusion of its own."""

    ours: bool
    calm: bool


def write(
    lease: Lease,
    sent: Sent,
    report: Mapping[str, Any],
    now: datetime,
    window: timedelta,
    hold: timedelta,
) -> Receipt:
    """Acknowledge an accepted request; the lease ends after `hold`. Not ours: no word is kept."""
    numbers, fences = list(lease.fences), list(lease.fences.values())
    values: dict[str, Any] = {"numbers": numbers, "fences": fences, "sink": SINK, "now": now}
    values |= {"until": now + hold, "soon": now + window, "often": SEEN_EVERY}
    values |= {"later": now + CONFIRM_AFTER, "settled": now + SETTLE}
    values |= _told(sent)
    values |= {"channel": live.CHANNEL}
    values["payload"] = live.payload("delivery", {cell.device_key for cell in sent.cells})
    ours, calm, *_ = ACCEPT.row(values | dict(report))
    return Receipt(bool(ours), bool(calm))


def _told(sent: Sent) -> dict[str, list[Any]]:
    return {
        "ids": [cell.pk for cell in sent.cells],
        "versions": [cell.version for cell in sent.cells],
        "values": [cell.value for cell in sent.cells],
        "source_ats": [cell.source_at for cell in sent.cells],
    }
