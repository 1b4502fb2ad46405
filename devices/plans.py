"""Works out what an order would do, device by device, before anybody does it. Writes nothing."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from .models import Coverage, Device, Operation, OperationItem

LONGEST_NAME = 100  # the vendor states no limit; its own app stops near here
MOST_DEVICES = 10_000

OPEN = (
    OperationItem.Outcome.QUEUED,
    OperationItem.Outcome.SENT,
    OperationItem.Outcome.UNKNOWN,
)

DESTRUCTIVE = frozenset({Operation.Kind.REMOVE, Operation.Kind.FACTORY_RESET})

# Calls a device costs: the write itself, the looks that prove it, for the destructive kinds also
# the last harvest and the snapshot before it.
CALLS = {Operation.Kind.RENAME: 2, Operation.Kind.REMOVE: 5, Operation.Kind.FACTORY_RESET: 5}


class BadOrder(ValueError):  # noqa: N818  it says what is wrong with the order, not with the code
    """The order makes no sense; `problems` says which field, what was given and what to do."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {words}" for field, words in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for. `names` or `name` belong to a rename."""

    kind: Operation.Kind
    device_ids: tuple[str, ...]
    name: str = ""
    names: Mapping[str, str] | None = None
    reason: str = ""
    pace_per_minute: int | None = None
    stop_after_failures: int | None = None
    plan_hash: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A device that the order will act on."""

    device: Device
    new_name: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what REST shows of it."""
        shown = {"device_id": self.device.device_id, "name": self.device.name}
        return shown | ({"new_name": self.new_name} if self.new_name else {})


@dataclass(frozen=True, slots=True)
class Note:
    """Why a device is skipped, or what to know before acting on it."""

    device_id: str
    why: str
    operation_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what REST shows of it."""
        shown: dict[str, Any] = {"device_id": self.device_id, "why": self.why}
        return shown | ({"operation": self.operation_id} if self.operation_id else {})


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


def preview(order: Order) -> Preview:
    """Say what the order would do now. Raises `BadOrder`."""
    check(order)
    devices = {
        device.device_id: device for device in Device.objects.filter(device_id__in=order.device_ids)
    }
    busy = _busy(devices.values())
    planned: list[Planned] = []
    skip: list[Note] = []
    for device_id in order.device_ids:
        device, new_name = devices.get(device_id), wanted_name(order, device_id)
        note = _why_not(device_id, device, order.kind, new_name, busy)
        if note is None and device is not None:
            planned.append(Planned(device, new_name))
        elif note is not None:
            skip.append(note)
    calls = len(planned) * CALLS[order.kind]
    return Preview(
        will_act=tuple(planned),
        skip=tuple(skip),
        warn=tuple(_warnings(order.kind, planned)),
        calls=calls,
        eta_seconds=_eta(calls, len(planned), order.pace_per_minute),
        needs_approval=_needs_approval(order.kind, len(planned)),
        plan_hash=fingerprint(order.kind, planned),
    )


def check(order: Order) -> None:
    """Raise `BadOrder` when a field cannot be meant."""
    problems: dict[str, str] = {}
    if not order.device_ids:
        problems["devices"] = _("No device was given; list at least one device id.")
    if len(order.device_ids) > MOST_DEVICES:
        problems["devices"] = _(
            "%(given)d devices were given; one operation takes at most %(most)d. Split it."
        ) % {"given": len(order.device_ids), "most": MOST_DEVICES}
    if len(set(order.device_ids)) != len(order.device_ids):
        problems["devices"] = _("A device is listed twice; list each once.")
    for field in ("pace_per_minute", "stop_after_failures"):
        number = getattr(order, field)
        if number is not None and number < 1:
            problems[field] = _(
                "%(given)s was given; give a whole number from 1, or leave it out."
            ) % {"given": number}
    problems |= _name_problems(order)
    if problems:
        raise BadOrder(problems)


def _name_problems(order: Order) -> dict[str, str]:
    if order.kind is not Operation.Kind.RENAME:
        return {}
    if order.names is None and not order.name.strip():
        return {
            "params": _("A rename needs a name: give params.name, or params.names by device id.")
        }
    for device_id in order.device_ids:
        words = _name_problem(wanted_name(order, device_id))
        if words:
            return {"params": f"{device_id}: {words}"}
    return {}


def _name_problem(name: str) -> str:
    if not name:
        return _("The new name is empty; give one.")
    if len(name) > LONGEST_NAME:
        return _("The new name has %(given)d characters; at most %(most)d are taken.") % {
            "given": len(name),
            "most": LONGEST_NAME,
        }
    if not name.isprintable():
        return _("The new name holds a character that cannot be shown; leave it out.")
    return ""


def wanted_name(order: Order, device_id: str) -> str:
    """Return the new name for one device, trimmed; empty for other kinds."""
    if order.kind is not Operation.Kind.RENAME:
        return ""
    names = order.names or {}
    return str(names.get(device_id, order.name)).strip()


def fingerprint(kind: Operation.Kind, planned: Iterable[Planned]) -> str:
    """Name exactly this list, so that an approval or a second look is bound to it."""
    exact = [kind.value, sorted((one.device.device_id, one.new_name) for one in planned)]
    return hashlib.sha256(json.dumps(exact).encode()).hexdigest()


def _busy(devices: Iterable[Device]) -> dict[int, int]:
    items = OperationItem.objects.filter(device__in=list(devices), outcome__in=OPEN)
    return dict(items.values_list("device_id", "operation_id"))


def _why_not(
    device_id: str,
    device: Device | None,
    kind: Operation.Kind,
    new_name: str,
    busy: Mapping[int, int],
) -> Note | None:
    if device is None:
        return Note(device_id, _("Fleet knows no device with this id."))
    if device.state == Device.State.REMOVED:
        return Note(device_id, _("It was removed from the cloud already."))
    if device.pk in busy:
        operation = busy[device.pk]
        words = _("Operation #%(id)d on it is not over yet.") % {"id": operation}
        return Note(device_id, words, operation)
    if kind is Operation.Kind.RENAME and device.name == new_name:
        return Note(device_id, _("It has this name already."))
    return None


def _warnings(kind: Operation.Kind, planned: Sequence[Planned]) -> Iterable[Note]:
    if kind is Operation.Kind.RENAME:
        yield from _collisions(planned)
        return
    children = _children([one.device.device_id for one in planned])
    unread = _never_read([one.device.pk for one in planned])
    for one in planned:
        device = one.device
        if children.get(device.device_id):
            yield Note(
                device.device_id,
                _("It is a gateway: %(count)d sub-devices behind it go dark.")
                % {"count": children[device.device_id]},
            )
        if device.online is False:
            yield Note(device.device_id, _("It is offline: it is wiped only when it comes back."))
        if device.pk in unread:
            yield Note(device.device_id, _("Its log was never read; it is read once more first."))


def _collisions(planned: Sequence[Planned]) -> Iterable[Note]:
    wanted = Counter(one.new_name for one in planned)
    ours = [one.device.pk for one in planned]
    taken = set(
        Device.objects.filter(name__in=set(wanted))
        .exclude(pk__in=ours)
        .exclude(state=Device.State.REMOVED)
        .values_list("name", flat=True)
    )
    for one in planned:
        if one.new_name in taken or wanted[one.new_name] > 1:
            yield Note(one.device.device_id, _("Another device has or gets this name too."))


def _children(gateways: Sequence[str]) -> dict[str, int]:
    rows = (
        Device.objects.filter(gateway_id__in=gateways)
        .exclude(state=Device.State.REMOVED)
        .values_list("gateway_id")
        .annotate(count=Count("id"))
    )
    return dict(rows)


def _never_read(devices: Sequence[int]) -> set[int]:
    read = Coverage.objects.filter(device__in=devices).exclude(complete=[])
    return set(devices) - set(read.values_list("device_id", flat=True))


def _eta(calls: int, devices: int, pace_per_minute: int | None) -> int:
    by_quota = calls / settings.TUYA_QPS
    by_pace = devices * 60 / pace_per_minute if pace_per_minute else 0
    return round(max(by_quota, by_pace))


def _needs_approval(kind: Operation.Kind, devices: int) -> bool:
    above = settings.APPROVAL_ABOVE
    return kind in DESTRUCTIVE and above is not None and devices > above
