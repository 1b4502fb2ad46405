"""Takes work: leases a share of the devices and picks what of it is due, before anything is sent.

A lease carries a fence that grows; whoever comes back with an old fence lost it in between.
Locks are taken in the order share, cells by (USH device, property), as everywhere in this room.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import F, Max, Q

from .models import Cell, Report, Shard
from .terms import SINK

LEASE = timedelta(seconds=60)  # four times the longest request
LONGEST_BODY = 64 * 1024 - 512  # bytes; the rest is for the envelope's header
CELL_OVERHEAD, DEVICE_OVERHEAD = 24, 36  # bytes of JSON around a property and around a device
INTERVAL = timedelta(seconds=1)  # between two requests about one device; PowerState never waits
URGENCIES = (0, 1)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
OTHERS_FIRST = 4  # each fourth lease serves the suspects and the quarantined first

DIRTY = Q(version__gt=F("acked_version"))

Floors: TypeAlias = dict[tuple[int, int], datetime]
"""Share and urgency -> nothing healthy is due before this. Holds for one drain only.

What was told leaves dead entries in the index, and an old snapshot keeps them there: without a
floor every claim of a long drain would walk past all of them.
"""
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
     AND next_try_at BETWEEN %(floor0)s AND %(now)s ORDER BY next_try_at LIMIT %(switches)s)
UNION ALL
(SELECT ush_device_id, urgency, next_try_at FROM reporting_cell
 WHERE shard = %(number)s AND lane = %(lane)s AND urgency = 1 AND version > acked_version
     AND next_try_at BETWEEN %(floor1)s AND %(now)s ORDER BY next_try_at LIMIT %(most)s)
ORDER BY urgency, next_try_at
"""
HOLD = """
SELECT * FROM reporting_cell WHERE sink_id = %s AND ush_device_id = ANY(%s) AND shard = %s
    AND lane = %s AND version > acked_version AND next_try_at <= %s
ORDER BY ush_device_id, property FOR NO KEY UPDATE
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
    floors: Floors


@dataclass(frozen=True, slots=True)
class Batch:
    """Cells as they were when they were taken, and the lease that covers them."""

    lease: Lease
    cells: tuple[Cell, ...]
    kind: str


def shares_due(now: datetime, floors: Floors | None = None) -> list[int]:
    """Give the free shares with something to send, the longest unserved first.

    Those in which this drain found something are taken as having more.
    """
    busy = sorted({number for number, _ in floors or ()})
    values: dict[str, Any] = {"sink": SINK, "now": now, "busy": busy}
    with connection.cursor() as cursor:
        return [number for (number,) in cursor.execute(DUE_SHARES, values).fetchall()]


def take_batch(
    now: datetime,
    devices: int,
    window: timedelta,
    *,
    shares: Sequence[int] | None = None,
    floors: Floors | None = None,
) -> Batch | None:
    """Lease shares until the batch is full; healthy cells of several shares ride together."""
    known: Floors = {} if floors is None else floors
    with transaction.atomic():
        fences: dict[int, int] = {}
        taken: list[Cell] = []
        lane = ""
        for number in shares_due(now) if shares is None else shares:
            fence = _lease(number, now)
            if fence is None:
                continue
            lanes = (Cell.Lane.HEALTHY,) if taken else _order(fence)
            want = Want(now, window, devices - _count(taken), known)
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


def canary(lease: Lease) -> Cell | None:
    """Give a cell that USH accepted and that has not changed since: telling it again is harmless.

    Only from leased shares: a newer value of it cannot overtake this one.
    """
    return Cell.objects.filter(
        shard__in=lease.fences, acked_known=True, acked_version=F("version")
    ).first()


def take_again(lease: Lease, ids: Sequence[int], now: datetime) -> tuple[Cell, ...] | None:
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


def _needed(fences: dict[int, int], cells: Sequence[Cell], now: datetime) -> Lease:
    """Give back at once the shares in which nothing was found."""
    used = {cell.shard for cell in cells}
    idle = [number for number in fences if number not in used]
    if idle:
        Shard.objects.filter(sink=SINK, number__in=idle).update(leased_until=now)
    return Lease({number: fence for number, fence in fences.items() if number in used})


def _order(fence: int) -> tuple[str, ...]:
    lanes = (Cell.Lane.HEALTHY, Cell.Lane.SUSPECT, Cell.Lane.QUARANTINE)
    return lanes[::-1] if fence % OTHERS_FIRST == 0 else lanes


def _pick(number: int, lanes: Iterable[str], want: Want) -> tuple[str, list[Cell]]:
    """Give the first lane with something due, and its cells: the quarantined one by one."""
    for lane in lanes:
        alone = lane == Cell.Lane.QUARANTINE
        while found := _due_devices(number, lane, want, 1 if alone else want.devices):
            due = want.now if alone else want.now + want.window
            held = list(Cell.objects.raw(HOLD, [SINK, found, number, lane, due]))
            cells = _rested(held, want.now)
            if cells:
                return lane, cells[:1] if alone else cells
    return "", []


def _rested(cells: list[Cell], now: datetime) -> list[Cell]:
    """Put off locked cells of devices that USH heard of a moment ago, PowerState excepted."""
    ids = {cell.ush_device_id for cell in cells if cell.urgency}
    if not ids:
        return cells
    recent = Cell.objects.filter(sink=SINK, ush_device_id__in=ids, acked_at__gt=now - INTERVAL)
    last = dict(recent.values_list("ush_device_id").annotate(Max("acked_at")).order_by())
    early = {cell.pk: cell for cell in cells if cell.urgency and cell.ush_device_id in last}
    for cell in early.values():
        cell.next_try_at = last[cell.ush_device_id] + INTERVAL
    Cell.objects.bulk_update(early.values(), ["next_try_at"])
    return [cell for cell in cells if cell.pk not in early]


def _due_devices(number: int, lane: str, want: Want, devices: int) -> list[str]:
    """Give the devices with the most urgent and longest due cells, and raise the floors."""
    floors = want.floors if lane == Cell.Lane.HEALTHY else {}
    values: dict[str, Any] = {"number": number, "lane": lane, "now": want.now}
    values |= {"switches": devices + 1, "most": devices * 6 + 1}  # a device has one PowerState
    values |= {f"floor{urgency}": floors.get((number, urgency), EVER) for urgency in URGENCIES}
    with connection.cursor() as cursor:
        found = cursor.execute(DUE, values).fetchall()
    waiting = list(dict.fromkeys(device for device, _, _ in found))
    for urgency in URGENCIES:
        first = next((at for _, its, at in found if its == urgency), None)
        if first is not None and len(waiting) > devices:
            floors[number, urgency] = first
        else:
            floors.pop((number, urgency), None)
    return waiting[:devices]


def _any_device(number: int, now: datetime) -> list[Cell]:
    """Pick one due device by chance, so that a poisoned one is not the probe for ever."""
    some = Cell.objects.filter(DIRTY, shard=number, next_try_at__lte=now)[:50]
    ids = sorted({cell.ush_device_id for cell in some})
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::text[])[1 + floor(random() * %s)::int]", [ids, len(ids)])
        chosen = cursor.fetchone()[0]
    return _locked(DIRTY & Q(ush_device_id=chosen, shard=number, next_try_at__lte=now))


def _locked(which: Q) -> list[Cell]:
    cells = Cell.objects.select_for_update(no_key=True).filter(which)
    return list(cells.order_by("ush_device_id", "property"))


def _mark(cells: Iterable[Cell]) -> None:
    """Note that nobody knows what USH holds from now on.

    A cell that is in flight still was sent by someone who died: its request may be applied late,
    so it is told once more after the next success.
    """
    ids = [cell.pk for cell in cells]
    for cell in cells:
        cell.confirm = cell.confirm or cell.in_flight
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(MARK, [ids])


def _count(cells: Iterable[Cell]) -> int:
    return len({cell.ush_device_id for cell in cells})


def _fitting(cells: list[Cell]) -> tuple[Cell, ...]:
    """Keep as many devices as one body holds, at least one; the others stay due."""
    kept: list[Cell] = []
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
