"""Why an order leaves a device out, and what to know before acting on one. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import naming
from .models import Device
from .orders import Note, Offline, Order, Planned, name_problem, wanted_name
from .words import category_name

MOST_NAMED = 8  # sub-devices of one gateway that are named in a sentence


@dataclass(frozen=True, slots=True)
class Wanted:
    """The new name of a device, or why the pattern gives none."""

    new_name: str = ""
    why_none: str = ""


def names(order: Order, devices: Mapping[str, Device]) -> dict[str, Wanted]:
    """Return the wanted name of each device of the list that Fleet knows."""
    listed = [one for one in order.device_ids if one in devices]
    if not (order.renames and order.pattern):
        return {one: Wanted(wanted_name(order, one)) for one in listed}
    parts = naming.parse(order.pattern)
    return {
        one: _by_pattern(parts, facts(devices[one], place))
        for place, one in enumerate(listed, start=1)
    }


def facts(device: Device, place: int) -> dict[str, str]:
    """Return what a pattern may name of a device; the names are those of `naming.NAMES`."""
    return {
        "name": device.name,
        "product": device.product.name if device.product else "",
        "category": category_name(device.category, get_language() or "en"),
        "sn": device.sn,
        "mac": device.mac.replace(":", "").replace("-", ""),
        "uuid": device.uuid,
        "id": device.device_id,
        "n": str(place),
    }


def _by_pattern(parts: tuple[naming.Part, ...], known: Mapping[str, str]) -> Wanted:
    try:
        name = naming.fill(parts, known)
    except naming.Unknown as unknown:
        return Wanted(
            why_none=_("Fleet knows no %(name)s of it, and the pattern needs one.")
            % {"name": unknown}
        )
    return Wanted(name, name_problem(name))


def why_not(
    order: Order,
    device_id: str,
    device: Device | None,
    wanted: Wanted | None,
    busy: Mapping[int, int],
) -> Note | None:
    """Say why the device is left out; None when it is not."""
    if device is None or wanted is None:
        return Note(device_id, _("Fleet knows no device with this id."))
    operation = busy.get(device.pk)
    if device.state != Device.State.REMOVED and operation:
        words = _("Operation #%(id)d on it is not over yet.") % {"id": operation}
        return Note(device_id, words, operation)
    why = _nothing_to_do(order, device, wanted)
    if why:
        return Note(device_id, why)
    if order.removes and settings.RETIRE_FIRST and device.retired_at is None:
        words = _("It is not retired: here a device is retired before it is removed.")
        return Note(device_id, words, to_retire=True)
    return None


def _nothing_to_do(order: Order, device: Device, wanted: Wanted) -> str:
    if device.state == Device.State.REMOVED:
        return _("It was removed from the cloud already.")
    if wanted.why_none:
        return wanted.why_none
    if order.renames and device.name == wanted.new_name:
        return _("It has this name already.")
    if order.offline == Offline.SKIP and device.online is False:
        return _("It is offline, and offline devices are left out.")
    return ""


def warnings(order: Order, planned: Sequence[Planned]) -> Iterable[Note]:
    """What to look at before confirming, device by device."""
    if order.renames:
        yield from _collisions(planned)
    else:
        yield from _losses(order, planned)
    if order.offline == Offline.WAIT:
        words = _("It is offline: it waits until it is online, at the longest until the date.")
        yield from (
            Note(one.device.device_id, words) for one in planned if one.device.online is False
        )


def _losses(order: Order, planned: Sequence[Planned]) -> Iterable[Note]:
    children = sub_devices([one.device.device_id for one in planned])
    for one in planned:
        device = one.device
        if children.get(device.device_id):
            yield Note(device.device_id, _gateway(children[device.device_id]))
        if device.online is False and order.offline == Offline.ACT:
            yield Note(device.device_id, _("It is offline: it is wiped only when it comes back."))
        words = _unread(device)
        if words:
            yield Note(device.device_id, words)


def _unread(device: Device) -> str:
    """What its log says since it was last read goes with it, unless it is read once more first."""
    if not device.logs_supported:
        return _("The cloud keeps no log of it: what it did is known from polls alone.")
    if device.harvested_at is None:
        return _("Its log was never read; it is read once more first.")
    if device.last_event_at is not None and device.last_event_at > device.harvested_at:
        return _("It reported since its log was last read; it is read once more first.")
    return ""


def _collisions(planned: Sequence[Planned]) -> Iterable[Note]:
    """Two devices of one name cannot be told apart by a person, nor by voice."""
    wanted = Counter(one.new_name for one in planned)
    taken = _taken(planned, wanted)
    for one in planned:
        if wanted[one.new_name] > 1:
            yield Note(
                one.device.device_id,
                _("%(count)d devices of this list get the name “%(name)s”.")
                % {"count": wanted[one.new_name], "name": one.new_name},
            )
        if one.new_name in taken:
            yield Note(
                one.device.device_id,
                _("%(other)s has the name “%(name)s” already.")
                % {"other": taken[one.new_name], "name": one.new_name},
            )


def _taken(planned: Sequence[Planned], wanted: Iterable[str]) -> dict[str, str]:
    """Which other device has which of the names; those of the list give theirs up."""
    others = Device.objects.not_removed().filter(name__in=set(wanted))
    others = others.exclude(pk__in=[one.device.pk for one in planned])
    return dict(others.values_list("name", "device_id"))


def _gateway(children: Sequence[Device]) -> str:
    shown = [str(child) for child in children[:MOST_NAMED]]
    return _("It is a gateway: %(count)d sub-devices behind it go dark: %(names)s") % {
        "count": len(children),
        "names": ", ".join([*shown, *("…" for _more in children[MOST_NAMED:][:1])]),
    }


def sub_devices(gateways: Sequence[str]) -> dict[str, list[Device]]:
    """Return what hangs behind each gateway, by name."""
    found: dict[str, list[Device]] = defaultdict(list)
    rows = Device.objects.not_removed().filter(gateway_id__in=[one for one in gateways if one])
    for device in rows.only("device_id", "name", "gateway_id").order_by("name", "pk"):
        found[device.gateway_id].append(device)
    return found
