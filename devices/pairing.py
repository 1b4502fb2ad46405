"""Finds devices that came back under another id, and joins the two when a person says so.

A device that is paired anew gets a new id from the cloud; uuid, sn and mac stay with the hardware.
Only a person decides: two equal marks are a strong hint, never a proof.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pages import live
from people import deeds
from people.models import Deed

from . import local_keys
from .models import Device
from .querysets import DeviceQuerySet

MARKS = ("uuid", "sn", "mac")  # what the maker wrote into the hardware
MOST = 10  # offers; a mark that more devices share is a placeholder
LONGEST = 10  # devices in one line of descent
SEEN = ("device_id", "name", "state", "state_since", "first_seen_at", "active_at", *MARKS)


class CannotJoinError(Exception):
    """These two are not joined; the text says why, to a person."""


def alike(one: Device, other: Device) -> list[str]:
    """Return the marks that two devices share; an empty mark is none."""
    return [name for name in MARKS if getattr(one, name) and getattr(one, name) == _of(other, name)]


def _of(device: Device, name: str) -> str:
    return str(getattr(device, name))


def possible_predecessors(device: Device) -> list[Device]:
    """Return the devices that left and may be this one under an older id."""
    if device.state != Device.State.PRESENT or device.predecessor_id:
        return []
    gone = _kin(device).exclude(state=Device.State.PRESENT).filter(successor=None)
    return list(gone.exclude(predecessor=device).order_by("-state_since", "-pk")[:MOST])


def possible_successors(device: Device) -> list[Device]:
    """Return the devices of the cloud that this one, which left, may have become."""
    if device.state == Device.State.PRESENT or Device.objects.filter(predecessor=device).exists():
        return []
    back = _kin(device).filter(state=Device.State.PRESENT, predecessor=None)
    return list(back.order_by("-first_seen_at", "-pk")[:MOST])


def _kin(device: Device) -> DeviceQuerySet:
    same = Q()
    for name in MARKS:
        if mark := getattr(device, name):
            same |= Q(**{name: mark})
    if not same:
        return Device.objects.none()
    return Device.objects.filter(same).exclude(pk=device.pk).only(*SEEN)


def lineage(device: Device) -> list[Device]:
    """Return the devices that this one continues, the newest first."""
    found: list[Device] = []
    seen, wanted = {device.pk}, device.predecessor_id
    while wanted and wanted not in seen and len(found) < LONGEST:
        earlier = Device.objects.only(*SEEN, "predecessor").get(pk=wanted)
        found.append(earlier)
        seen.add(wanted)
        wanted = earlier.predecessor_id
    return found


def with_predecessors(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of devices, and behind them those of all that they continue, each once."""
    found = dict.fromkeys(ids)
    newest: Iterable[str] = tuple(found)
    for _step in range(LONGEST):
        older = Device.objects.filter(successor__device_id__in=newest).order_by("pk")
        newest = [one for one in older.values_list("device_id", flat=True) if one not in found]
        if not newest:
            break
        found |= dict.fromkeys(newest)
    return tuple(found)


def join(request: Any, device_id: str, predecessor_id: str, now: datetime) -> Device:
    """Say that a device continues another; both rows stay as they are. Raises `CannotJoinError`.

    The caller has asked for `Right.RENAME`.
    """
    with transaction.atomic():
        held = _held((device_id, predecessor_id))
        device, earlier = held.get(device_id), held.get(predecessor_id)
        if device is None or earlier is None:
            raise CannotJoinError(_("Fleet knows no device with this id."))
        if device.predecessor_id == earlier.pk:
            return device
        refuse(device, earlier)
        device.predecessor = earlier
        device.save(update_fields=["predecessor"])
        about = f"{local_keys.named(device)} ← {local_keys.named(earlier)}"
        deeds.note(request, Deed.What.JOINED, about, now)
        live.announce("devices", sorted(held))
    return device


def refuse(device: Device, earlier: Device) -> None:
    """Raise why the two cannot be joined."""
    if not alike(device, earlier):
        raise CannotJoinError(_("The two share neither uuid, sn nor mac."))
    if earlier.state == Device.State.PRESENT:
        raise CannotJoinError(_("The older device is still in the cloud."))
    if device.state != Device.State.PRESENT:
        raise CannotJoinError(_("The newer device is not in the cloud."))
    if device.predecessor_id:
        raise CannotJoinError(_("The device has a predecessor already: part them first."))
    if Device.objects.filter(predecessor=earlier).exists():
        raise CannotJoinError(_("The older device is continued by another one already."))
    if device.pk in {one.pk for one in lineage(earlier)}:
        raise CannotJoinError(_("The older device itself continues the newer one."))


def part(request: Any, device_id: str, now: datetime) -> Device | None:
    """Take a join back; None: no such device. Nothing happens where there is no predecessor."""
    with transaction.atomic():
        device = _held([device_id]).get(device_id)
        if device is None or device.predecessor is None:
            return device
        earlier = device.predecessor
        device.predecessor = None
        device.save(update_fields=["predecessor"])
        about = f"{local_keys.named(device)} ← {local_keys.named(earlier)}"
        deeds.note(request, Deed.What.PARTED, about, now)
        live.announce("devices", sorted({device.device_id, earlier.device_id}))
    return device


def _held(ids: Iterable[str]) -> dict[str, Device]:
    """Lock in key order: two people who join crosswise would wait for each other."""
    rows = Device.objects.filter(device_id__in=list(ids)).order_by("pk").defer("local_key")
    return {device.device_id: device for device in rows.select_for_update(of=("self",))}
