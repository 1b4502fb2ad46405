"""Takes work: leases a share of the devices and picks what of it is due, before anything is sent.

A lease carries a fence that grows; whoever comes back with an old fence lost it in between.
Locks are taken in the order share, cells by (USH device, property), as everywhere in this room.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Q

from .held import COLUMNS, FIELDS, Held, held
from .models import Cell, Report, Shard
from .terms import SINK

LEASE = timedelta(seconds=60)  # four times the longest request
LONGEST_BODY = 64 * 1024 - 512  # bytes; the rest is for the envelope's header
CELL_OVERHEAD, DEVICE_OVERHEAD = 24, 36  # bytes of JSON around a property and around a device
INTERVAL = timedelta(seconds=1)  # between two requests about one device; PowerState never waits
OTHERS_FIRST = 4  # each fourth lease serves the suspects and the quarantined first

DIRTY = Q(version__gt=F("acked_version"))

NOBODY_HOLDS = "sink_id = %(sink)s AND (leased_until IS NULL OR leased_until <= %(now)s)"
# LATERAL: a look into the index for each share; a join would read all that is dirty.
DUE_SHARES = f"""
SELECT number FROM reporting_shard CROSS JOIN LATERAL (
    SELECT FROM reporting_cell WHERE shard = number AND version > acked_version
        AND next_try_at <= %(now)s AND number <> ALL(%(busy)s)
    UNION ALL SELECT WHERE number = ANY(%(busy)s) LIMIT 1) AS work
WHERE {NOBODY_HOLDS} ORDER BY leased_until NULLS FIRST
"""  # noqa: S608  constants
LEASE_SHARE = f"""
UPDATE reporting_shard SET fence = fence + 1, leased_until = %(until)s WHERE id = (
    SELECT id FROM reporting_shard WHERE number = %(number)s AND {NOBODY_HOLDS}
    FOR NO KEY UPDATE SKIP LOCKED)
RETURNING fence
"""  # noqa: S608  constants
DUE = """
(SELECT ush_device_id, urgency, next_try_at FROM reporting_cell
 WHERE shard = %(number)s AND lane = %(lane)s AND urgency = 0 AND version > acked_version
     AND next_try_at <= %(now)s ORDER BY next_try_at LIMIT %(switches)s)
UNION ALL
(SELECT ush_device_id, urgency, next_try_at FROM reporting_cell
 WHERE shard = %(number)s AND lane = %(lane)s AND urgency = 1 AND version > acked_version
     AND next_try_at <= %(now)s ORDER BY next_try_at LIMIT %(most)s)
ORDER BY urgency, next_try_at
"""
HOLD = f"""
SELECT {COLUMNS} FROM reporting_cell AS cell
WHERE sink_id = %s AND ush_device_id = ANY(%s) AND shard = %s
    AND lane = %s AND version > acked_version AND next_try_at <= %s
ORDER BY ush_device_id, property FOR NO KEY UPDATE
"""  # noqa: S608  constants
PUT_OFF = """
UPDATE reporting_cell AS cell SET next_try_at = early.again
FROM unnest(%s::bigint[], %s::timestamptz[]) AS early (id, again) WHERE cell.id = early.id
"""
MARK = """
UPDATE reporting_cell SET confirm = confirm OR in_flight, in_flight = true, acked_known = false
WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send for some shares: share -> fence."""

    fences: dict[int, int]


@dataclass(frozen=True, slots=True)
class Want:
    """What a claim looks for."""

    now: datetime
    window: timedelta
    devices: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Cells as they were when they were taken, and the lease that covers them."""

    lease: Lease
    cells: tuple[Held, ...]
    kind: str


def shares_due(now: datetime, busy: Collection[int] = ()) -> list[int]:
    """Give the free shares with something to send, the longest unserved first.

    Of those that are `busy` the caller knows that there is more.
    """
    values: dict[str, Any] = {"sink": SINK, "now": now, "busy": list(busy)}
    with connection.cursor() as cursor:
        return [number for (number,) in cursor.execute(DUE_SHARES, values).fetchall()]


def take_batch(now: datetime, devices: int, window: timedelta) -> Batch | None:
    """Lease shares until the batch is full; healthy cells of several shares ride together."""
    with transaction.atomic():
        fences: dict[int, int] = {}
        taken: list[Held] = []
        lane = ""
        for number in shares_due(now):
            fence = _lease(number, now)
            if fence is None:
                continue
            lanes = (Cell.Lane.HEALTHY,) if taken else _order(fence)
            want = Want(now, window, devices - _count(taken))
            lane_here, found = _pick(number, lanes, want)
            fences[number] = fence
            if not found:
                continue
            lane = lane_here
            taken += found
            if lane != Cell.Lane.HEALTHY or _count(taken) >= devices:
                break
        cells = _fitting(taken)
        _mark(cells)
        lease = _needed(fences, cells, now)
    alone = lane == Cell.Lane.QUARANTINE
    kind = Report.Kind.QUARANTINE if alone else Report.Kind.BATCH
    return Batch(lease, cells, kind) if cells else None


def take_probe(now: datetime) -> Batch | None:
    """Take one small request to try the road with: a cell that USH accepted before, or one due."""
    with transaction.atomic():
        for number in shares_due(now):
            fence = _lease(number, now)
            lease = Lease({number: fence or 0})
            due = _any_device(number, now) if fence is not None else []
            if due:
                known = canary(lease)
                if known:
                    return Batch(lease, (known,), Report.Kind.CANARY)
                _mark(due)
                return Batch(lease, tuple(due), Report.Kind.BATCH)
            if fence is not None:
                _needed(lease.fences, (), now)
    return None


def canary(lease: Lease) -> Held | None:
    """Give a cell that USH accepted and that has not changed since: telling it again is harmless.

    Only from leased shares: a newer value of it cannot overtake this one.
    """
    known = Cell.objects.filter(
        shard__in=lease.fences, acked_known=True, acked_version=F("version")
    )
    return next(iter(held(known.order_by("pk").values_list(*FIELDS)[:1])), None)


def take_again(lease: Lease, ids: Sequence[int], now: datetime) -> tuple[Held, ...] | None:
    """Read cells anew before they are sent again; None when the lease was lost."""
    with transaction.atomic():
        if not renew(lease, now):
            return None
        cells = tuple(_locked(Q(pk__in=ids) & DIRTY))
        _mark(cells)
    return cells


def renew(lease: Lease, now: datetime) -> bool:
    """Prolong a lease that is still ours."""
    return _touch(lease, now + LEASE)


def release(lease: Lease, now: datetime) -> bool:
    """Give the shares back; False when they were not ours any more."""
    return _touch(lease, now)


def _touch(lease: Lease, until: datetime) -> bool:
    ours = Q()
    for number, fence in lease.fences.items():
        ours |= Q(number=number, fence=fence)
    with transaction.atomic():
        held = list(Shard.objects.select_for_update(no_key=True).filter(ours).order_by("number"))
        if len(held) < len(lease.fences):
            return False
        mine = Shard.objects.filter(pk__in=[shard.pk for shard in held])
        return bool(mine.update(leased_until=until))


def _lease(number: int, now: datetime) -> int | None:
    """Lease a share; None when somebody holds it."""
    values: dict[str, Any] = {"sink": SINK, "now": now, "number": number, "until": now + LEASE}
    with connection.cursor() as cursor:
        row = cursor.execute(LEASE_SHARE, values).fetchone()
    return None if row is None else int(row[0])


def _needed(fences: dict[int, int], cells: Sequence[Held], now: datetime) -> Lease:
    """Give back at once the shares in which nothing was found."""
    used = {cell.shard for cell in cells}
    idle = [number for number in fences if number not in used]
    if idle:
        Shard.objects.filter(sink=SINK, number__in=idle).update(leased_until=now)
    return Lease({number: fence for number, fence in fences.items() if number in used})


def _order(fence: int) -> tuple[str, ...]:
    lanes = (Cell.Lane.HEALTHY, Cell.Lane.SUSPECT, Cell.Lane.QUARANTINE)
    return lanes[::-1] if fence % OTHERS_FIRST == 0 else lanes


def _pick(number: int, lanes: Iterable[str], want: Want) -> tuple[str, list[Held]]:
    """Give the first lane with something due, and its cells: the quarantined one by one."""
    for lane in lanes:
        alone = lane == Cell.Lane.QUARANTINE
        while found := _due_devices(number, lane, want, 1 if alone else want.devices):
            due = want.now if alone else want.now + want.window
            cells = _rested(_hold(found, number, lane, due), want.now)
            if cells:
                return lane, cells[:1] if alone else cells
    return "", []


def _hold(devices: list[str], number: int, lane: str, due: datetime) -> list[Held]:
    with connection.cursor() as cursor:
        return held(cursor.execute(HOLD, [SINK, devices, number, lane, due]).fetchall())


def _rested(cells: list[Held], now: datetime) -> list[Held]:
    """Put off locked cells of devices that USH heard of a moment ago, PowerState excepted."""
    ids = {cell.ush_device_id for cell in cells if cell.urgency}
    if not ids:
        return cells
    recent = Cell.objects.filter(sink=SINK, ush_device_id__in=ids, acked_at__gt=now - INTERVAL)
    last = dict(recent.values_list("ush_device_id").annotate(Max("acked_at")).order_by())
    early = {
        cell.pk: last[cell.ush_device_id] + INTERVAL
        for cell in cells
        if cell.urgency and cell.ush_device_id in last
    }
    if early:
        with connection.cursor() as cursor:
            cursor.execute(PUT_OFF, [list(early), list(early.values())])
    return [cell for cell in cells if cell.pk not in early]


def _due_devices(number: int, lane: str, want: Want, devices: int) -> list[str]:
    """Give the devices with the most urgent and longest due cells."""
    values: dict[str, Any] = {"number": number, "lane": lane, "now": want.now}
    values |= {"switches": devices + 1, "most": devices * 6 + 1}  # a device has one PowerState
    with connection.cursor() as cursor:
        found = cursor.execute(DUE, values).fetchall()
    return list(dict.fromkeys(device for device, _, _ in found))[:devices]


def _any_device(number: int, now: datetime) -> list[Held]:
    """Pick one due device by chance, so that a poisoned one is not the probe for ever."""
    some = Cell.objects.filter(DIRTY, shard=number, next_try_at__lte=now)[:50]
    ids = sorted({cell.ush_device_id for cell in some})
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::text[])[1 + floor(random() * %s)::int]", [ids, len(ids)])
        chosen = cursor.fetchone()[0]
    return _locked(DIRTY & Q(ush_device_id=chosen, shard=number, next_try_at__lte=now))


def _locked(which: Q) -> list[Held]:
    cells = Cell.objects.select_for_update(no_key=True).filter(which)
    return held(cells.order_by("ush_device_id", "property").values_list(*FIELDS))


def _mark(cells: Iterable[Held]) -> None:
    """Note that nobody knows what USH holds from now on.

    A cell that is in flight still was sent by someone who died: its request may be applied late,
    so it is told once more after the next success.
    """
    ids = [cell.pk for cell in cells]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(MARK, [ids])


def _count(cells: Iterable[Held]) -> int:
    return len({cell.ush_device_id for cell in cells})


def _fitting(cells: list[Held]) -> tuple[Held, ...]:
    """Keep as many devices as one body holds, at least one; the others stay due."""
    kept: list[Held] = []
    size = 0
    by_device = sorted(cells, key=lambda cell: (cell.ush_device_id, cell.property))
    for device, found in groupby(by_device, key=lambda cell: cell.ush_device_id):
        group = list(found)
        size += DEVICE_OVERHEAD + len(device.encode())
        size += sum(CELL_OVERHEAD + len((c.property + c.value).encode()) for c in group)
        if kept and size > LONGEST_BODY:
            break
        kept += group
    return tuple(kept)
