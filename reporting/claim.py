"""Takes work: leases a share of the devices and picks what of it is due, before anything is sent.

A lease carries a fence that grows; whoever comes back with an old fence lost it in between.
Locks are taken in the order share, cells by (USH device, property), as everywhere in this room.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q

from .models import Cell, Report, Shard
from .terms import SINK

LEASE = timedelta(seconds=60)  # four times the longest request
LONGEST_BODY = 64 * 1024 - 512  # bytes; the rest is for the envelope's header
CELL_OVERHEAD, DEVICE_OVERHEAD = 24, 36  # bytes of JSON around a property and around a device
INTERVAL = timedelta(seconds=1)  # between two requests about one device; PowerState never waits
OTHERS_FIRST = 4  # each fourth lease serves the suspects and the quarantined first

DIRTY = Q(version__gt=F("acked_version"))

DUE_DEVICES = """
SELECT ush_device_id FROM (
    SELECT ush_device_id, urgency, next_try_at FROM reporting_cell
    WHERE shard = %s AND lane = %s AND version > acked_version AND next_try_at <= %s
    ORDER BY urgency, next_try_at LIMIT %s) AS due
GROUP BY ush_device_id ORDER BY min(urgency), min(next_try_at) LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send for some shares: share -> fence."""

    fences: dict[int, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Cells as they were when they were taken, and the lease that covers them."""

    lease: Lease
    cells: tuple[Cell, ...]
    kind: str


def any_due(now: datetime) -> bool:
    """Say whether there is anything to send at all."""
    return Cell.objects.filter(DIRTY, next_try_at__lte=now).exists()


def take_batch(now: datetime, devices: int, window: timedelta) -> Batch | None:
    """Lease shares until the batch is full; healthy cells of several shares ride together."""
    with transaction.atomic():
        fences: dict[int, int] = {}
        taken: list[Cell] = []
        lane = ""
        for shard in _free_shards(now):
            lanes = (Cell.Lane.HEALTHY,) if taken else _order(shard)
            lane_here, found = _pick(shard.number, lanes, now, devices - _count(taken), window)
            if not found:
                continue
            lane, fences[shard.number] = lane_here, _lease(shard, now)
            taken += found
            if lane != Cell.Lane.HEALTHY or _count(taken) >= devices:
                break
        cells = _fitting(taken)
        _mark(cells)
    alone = lane == Cell.Lane.QUARANTINE
    kind = Report.Kind.QUARANTINE if alone else Report.Kind.BATCH
    return Batch(Lease(fences), cells, kind) if cells else None


def take_probe(now: datetime) -> Batch | None:
    """Take one small request to try the road with: a cell that USH accepted before, or one due."""
    with transaction.atomic():
        for shard in _free_shards(now):
            due = _any_device(shard.number, now)
            if due:
                lease = Lease({shard.number: _lease(shard, now)})
                known = canary(lease)
                if known:
                    return Batch(lease, (known,), Report.Kind.CANARY)
                _mark(due)
                return Batch(lease, tuple(due), Report.Kind.BATCH)
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


def _free_shards(now: datetime) -> Iterable[Shard]:
    """Lock one free share with work after the other, longest unserved first; skip what is held."""
    work = Cell.objects.filter(DIRTY, shard=OuterRef("number"), next_try_at__lte=now)
    free = Exists(work) & Q(sink=SINK) & (Q(leased_until=None) | Q(leased_until__lte=now))
    tried: list[int] = []
    while True:
        shards = Shard.objects.select_for_update(skip_locked=True, no_key=True).filter(free)
        shard = (
            shards.exclude(pk__in=tried).order_by(F("leased_until").asc(nulls_first=True)).first()
        )
        if shard is None:
            return
        tried.append(shard.pk)
        yield shard


def _lease(shard: Shard, now: datetime) -> int:
    shard.fence += 1
    shard.leased_until = now + LEASE
    shard.save(update_fields=["fence", "leased_until"])
    return shard.fence


def _order(shard: Shard) -> tuple[str, ...]:
    lanes = (Cell.Lane.HEALTHY, Cell.Lane.SUSPECT, Cell.Lane.QUARANTINE)
    return lanes[::-1] if shard.fence % OTHERS_FIRST == OTHERS_FIRST - 1 else lanes


def _pick(
    number: int, lanes: Iterable[str], now: datetime, devices: int, window: timedelta
) -> tuple[str, list[Cell]]:
    """Give the first lane with something due, and its cells: the quarantined one by one."""
    for lane in lanes:
        alone = lane == Cell.Lane.QUARANTINE
        while found := _due_devices(number, lane, now, 1 if alone else devices):
            due = now if alone else now + window
            which = Q(ush_device_id__in=found, shard=number, lane=lane, next_try_at__lte=due)
            cells = _rested(_locked(DIRTY & which), now)
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


def _due_devices(number: int, lane: str, now: datetime, devices: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DUE_DEVICES, [number, lane, now, devices * 7, devices])
        return [row[0] for row in cursor.fetchall()]


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
    Cell.objects.filter(pk__in=ids, in_flight=True).update(confirm=True)
    Cell.objects.filter(pk__in=ids).update(in_flight=True, acked_known=False)


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
