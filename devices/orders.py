"""What a person asks for, and whether it can be meant at all. Reads no rows, writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from . import naming
from .models import Device, Operation

LONGEST_NAME = 100  # the vendor states no limit; its own app stops near here
MOST_DEVICES = 10_000
LONGEST_WAIT = timedelta(days=90)  # a device that stays away longer is a matter for a person
USUAL_PERCENT_OF = 10

Offline = Operation.Offline


class BadOrder(ValueError):  # noqa: N818  it says what is wrong with the order, not with the code
    """The order makes no sense; `problems` says which field, what was given and what to do."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {words}" for field, words in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for. `name`, `names` (by device id) or `pattern` belong to a rename."""

    kind: Operation.Kind
    device_ids: tuple[str, ...]
    name: str = ""
    names: Mapping[str, str] | None = None
    pattern: str = ""
    reason: str = ""
    pace_per_minute: int | None = None
    stop_after_failures: int | None = None
    stop_after_percent: int | None = None
    stop_percent_of: int = USUAL_PERCENT_OF
    offline: Operation.Offline = Offline.ACT
    wait_until: datetime | None = None
    plan_hash: str = ""

    @property
    def renames(self) -> bool:
        """Whether it is about names."""
        return self.kind is Operation.Kind.RENAME

    @property
    def removes(self) -> bool:
        """Whether it takes devices out of the cloud project."""
        return self.kind is Operation.Kind.REMOVE


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
    to_retire: bool = False  # it would be acted on if it were retired

    def as_json(self) -> dict[str, Any]:
        """Return what REST shows of it."""
        shown: dict[str, Any] = {"device_id": self.device_id, "why": self.why}
        return shown | ({"operation": self.operation_id} if self.operation_id else {})


def check(order: Order, now: datetime) -> None:
    """Raise `BadOrder` when a field cannot be meant."""
    problems = _list_problems(order) | _number_problems(order)
    problems |= _waiting_problems(order, now) | _name_problems(order)
    if problems:
        raise BadOrder(problems)


def _list_problems(order: Order) -> dict[str, str]:
    given = len(order.device_ids)
    if not given:
        return {"devices": _("No device was given; list at least one device id.")}
    if len(set(order.device_ids)) != given:
        return {"devices": _("A device is listed twice; list each once.")}
    if given > MOST_DEVICES:
        words = _(
            "%(given)d devices were given; one operation takes at most %(most)d. Split it."
        ) % {"given": given, "most": MOST_DEVICES}
        return {"devices": words}
    return {}


def _number_problems(order: Order) -> dict[str, str]:
    words = _("%(given)s was given; give a whole number from 1, or leave it out.")
    problems = {}
    for field in ("pace_per_minute", "stop_after_failures", "stop_percent_of"):
        number = getattr(order, field)
        if number is not None and number < 1:
            problems[field] = words % {"given": number}
    percent = order.stop_after_percent
    if percent is not None and not 1 <= percent <= 100:  # noqa: PLR2004  a percentage
        problems["stop_after_percent"] = _(
            "%(given)s was given; give a whole number from 1 to 100, or leave it out."
        ) % {"given": percent}
    return problems


def _waiting_problems(order: Order, now: datetime) -> dict[str, str]:
    until = order.wait_until
    if order.offline != Offline.WAIT:
        if until is None:
            return {}
        return {"wait_until": _("A date is only of use when offline devices are waited for.")}
    if until is None:
        return {"wait_until": _("Say until when offline devices are waited for.")}
    if not now < until <= now + LONGEST_WAIT:
        return {
            "wait_until": _("Give a moment within the next %(days)d days.")
            % {"days": LONGEST_WAIT.days}
        }
    return {}


def _name_problems(order: Order) -> dict[str, str]:
    if not order.renames:
        return {}
    if order.pattern:
        return _pattern_problems(order)
    if order.names is None and not order.name.strip():
        return {
            "params": _("A rename needs a name: give params.name, params.names or params.pattern.")
        }
    for device_id in order.device_ids:
        words = name_problem(wanted_name(order, device_id))
        if words:
            return {"params": f"{device_id}: {words}"}
    return {}


def _pattern_problems(order: Order) -> dict[str, str]:
    if order.name.strip() or order.names:
        return {"params": _("Give one name, names by device, or a pattern, not two of them.")}
    if len(order.pattern) > naming.LONGEST:
        words = _("The pattern has %(given)d characters; at most %(most)d are taken.")
        return {"params": words % {"given": len(order.pattern), "most": naming.LONGEST}}
    try:
        naming.parse(order.pattern)
    except naming.BadPattern as bad:
        return {"params": str(bad)}
    return {}


def name_problem(name: str) -> str:
    """Say why a device cannot have this name; empty when it can."""
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
    """Return the new name for one device, trimmed; empty for other kinds and for a pattern."""
    if not order.renames:
        return ""
    names = order.names or {}
    return str(names.get(device_id, order.name)).strip()
