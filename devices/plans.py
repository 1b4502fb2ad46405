"""Works out what an order would do, device by device, before anybody does it. Writes nothing."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from . import notices, orders
from .models import Device, Operation, OperationItem
from .orders import LONGEST_NAME, MOST_DEVICES, BadOrder, Note, Order, Planned

__all__ = [
    "CALLS",
    "DESTRUCTIVE",
    "LONGEST_NAME",
    "MOST_DEVICES",
    "OPEN",
    "BadOrder",
    "Note",
    "Order",
    "Planned",
    "Preview",
    "fingerprint",
    "fingerprint_of",
    "preview",
]

OPEN = (
    OperationItem.Outcome.QUEUED,
    OperationItem.Outcome.SENT,
    OperationItem.Outcome.UNKNOWN,
)

DESTRUCTIVE = frozenset({Operation.Kind.REMOVE, Operation.Kind.FACTORY_RESET})

# Calls a device costs: the write itself, the looks that prove it, for the destructive kinds also
# the last harvest and the snapshot before it.
CALLS = {Operation.Kind.RENAME: 2, Operation.Kind.REMOVE: 5, Operation.Kind.FACTORY_RESET: 5}


@dataclass(frozen=True, slots=True)
class Preview:
    """What will happen, whom it spares and why, what it costs; `plan_hash` names exactly this."""

    will_act: tuple[Planned, ...]
    skip: tuple[Note, ...]
    warn: tuple[Note, ...]
    calls: int
    eta_seconds: int
    needs_approval: bool
    plan_hash: str

    def as_json(self) -> dict[str, Any]:
        """Return the shape that REST promises."""
        return {
            "will_act": [planned.as_json() for planned in self.will_act],
            "skip": [note.as_json() for note in self.skip],
            "warn": [note.as_json() for note in self.warn],
            "calls": self.calls,
            "eta_seconds": self.eta_seconds,
            "needs_approval": self.needs_approval,
            "plan_hash": self.plan_hash,
        }


def preview(order: Order, now: datetime) -> Preview:
    """Say what the order would do now. Raises `BadOrder`."""
    orders.check(order, now)
    planned, skip = _sorted_out(order)
    calls = len(planned) * CALLS[order.kind]
    return Preview(
        will_act=tuple(planned),
        skip=tuple(skip),
        warn=tuple(notices.warnings(order, planned)),
        calls=calls,
        eta_seconds=_eta(calls, len(planned), order.pace_per_minute),
        needs_approval=_needs_approval(order.kind, planned),
        plan_hash=fingerprint(order.kind, planned),
    )


def _sorted_out(order: Order) -> tuple[list[Planned], list[Note]]:
    """Whom it acts on, and whom it spares and why."""
    devices = {
        device.device_id: device
        for device in Device.objects.filter(device_id__in=order.device_ids).select_related(
            "product"
        )
    }
    busy = _busy(devices.values())
    names = notices.names(order, devices)
    planned: list[Planned] = []
    skip: list[Note] = []
    for device_id in order.device_ids:
        device = devices.get(device_id)
        note = notices.why_not(order, device_id, device, names.get(device_id), busy)
        if note is None and device is not None:
            planned.append(Planned(device, names[device_id].new_name))
        elif note is not None:
            skip.append(note)
    return planned, skip


def fingerprint(kind: Operation.Kind, planned: Iterable[Planned]) -> str:
    """Name exactly this list, so that an approval or a second look is bound to it."""
    return _digest(kind.value, [(one.device.device_id, one.new_name) for one in planned])


def fingerprint_of(operation: Operation) -> str:
    """Name the list as its rows say it now: it must be the one that was asked for."""
    rows = operation.items.exclude(outcome=OperationItem.Outcome.SKIPPED)
    return _digest(operation.kind, list(rows.values_list("device_key", "new_name")))


def _digest(kind: str, pairs: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps([kind, sorted(pairs)]).encode()).hexdigest()


def _busy(devices: Iterable[Device]) -> Mapping[int, int]:
    items = OperationItem.objects.filter(device__in=list(devices), outcome__in=OPEN)
    return dict(items.values_list("device_id", "operation_id"))


def _eta(calls: int, devices: int, pace_per_minute: int | None) -> int:
    by_quota = calls / settings.TUYA_QPS
    by_pace = devices * 60 / pace_per_minute if pace_per_minute else 0
    return round(max(by_quota, by_pace))


def _needs_approval(kind: Operation.Kind, planned: Sequence[Planned]) -> bool:
    if kind not in DESTRUCTIVE:
        return False
    above, categories = settings.APPROVAL_ABOVE, settings.APPROVAL_CATEGORIES
    many = above is not None and len(planned) > above
    return many or any(one.device.category in categories for one in planned)
