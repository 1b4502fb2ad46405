"""DOOR  retires devices and brings them back: a word of ours, the device cloud is not asked.

Who is retired is hidden from lists, costs no call of its own, and USH is told nothing of it.
Nothing is forgotten: what was known, the history and the reason stay, and it can be taken back.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pages import live
from people import deeds
from people.models import Deed
from reporting import outbox
from reporting.letters import DeviceGone

from . import bell, books, coverage, harvest, intake, local_keys, plans
from .events import Event, millis, store
from .models import Coverage, Device, LogEntry, OperationItem, Provenance
from .orders import Note

LONGEST_REASON = 500
# By the ORM five thousand ledgers took three seconds.
LOSE = """
UPDATE devices_coverage SET lost = poorer.lost::jsonb
FROM unnest(%s::bigint[], %s::text[]) AS poorer (device_id, lost)
WHERE devices_coverage.device_id = poorer.device_id
"""


class NoReason(ValueError):  # noqa: N818  it says what to do
    """Nobody is retired without a word of why."""


@dataclass(frozen=True, slots=True)
class Done:
    """Whose standing is another one now, and who was left as they were and why."""

    changed: tuple[str, ...]
    skip: tuple[Note, ...]


def retire(request: Any, device_ids: Iterable[str], reason: str, now: datetime) -> Done:
    """Hide devices and leave them alone; who is retired already keeps the first one's words.

    The caller has asked for `Right.REMOVE`. Raises `NoReason`.
    """
    reason = reason.replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        raise NoReason(_("A reason is required: it is kept in the audit."))
    ids = tuple(dict.fromkeys(device_ids))
    with transaction.atomic():
        held = _held(ids)
        skip = [note for one in ids if (note := _not_to_retire(one, held.get(one)))]
        devices = _without(held, skip)
        said = {"retired_at": now, "retired_by": deeds.who(request)[:255], "retired_reason": reason}
        _mark(devices, LogEntry.Own.RETIRED, now, **said)
        outbox.take([DeviceGone(one.device_id) for one in devices], now)
        _tell(request, Deed.What.RETIRED, devices, now, why=reason)
    return Done(tuple(one.device_id for one in devices), tuple(skip))


def bring_back(request: Any, device_ids: Iterable[str], now: datetime) -> Done:
    """Read devices again and tell USH all of them anew; what the vendor forgot meanwhile is lost.

    The caller has asked for `Right.REMOVE`. Whoever is about to be removed or reset stays retired:
    that was asked for of a retired device.
    """
    ids = tuple(dict.fromkeys(device_ids))
    with transaction.atomic():
        held = _held(ids)
        busy = _about_to_go(held.values())
        skip = [note for one in ids if (note := _not_to_bring_back(one, held.get(one), busy))]
        devices = _without(held, skip)
        _write_off(devices, now)
        back = {"retired_at": None, "retired_by": "", "retired_reason": ""}
        # the next list is compared in full: while it was retired, some did not carry its state
        _mark(
            devices, LogEntry.Own.BROUGHT_BACK, now, **back, next_harvest_at=now, listing_digest=b""
        )
        outbox.take([intake.letter(one) for one in devices if _can_be_told(one)], now)
        if devices:
            bell.ring_sync()
        _tell(request, Deed.What.BROUGHT_BACK, devices, now)
    return Done(tuple(one.device_id for one in devices), tuple(skip))


def _held(ids: Sequence[str]) -> dict[str, Device]:
    """Lock in key order, as a look does: crosswise they would deadlock."""
    rows = Device.objects.filter(device_id__in=ids).select_related("product").order_by("pk")
    found = rows.defer("local_key").select_for_update(of=("self",))
    return {device.device_id: device for device in found}


def _without(held: dict[str, Device], skip: Iterable[Note]) -> list[Device]:
    left_out = {note.device_id for note in skip}
    return [device for key, device in held.items() if key not in left_out]


def _not_to_retire(device_id: str, device: Device | None) -> Note | None:
    if device is None:
        return Note(device_id, _("Fleet knows no device with this id."))
    if device.state == Device.State.REMOVED:
        return Note(device_id, _("It was removed from the cloud already."))
    return Note(device_id, _("It is retired already.")) if device.retired_at else None


def _not_to_bring_back(device_id: str, device: Device | None, busy: dict[int, int]) -> Note | None:
    if device is None:
        return Note(device_id, _("Fleet knows no device with this id."))
    if device.retired_at is None:
        return Note(device_id, _("It is not retired."))
    operation = busy.get(device.pk)
    if operation is None:
        return None
    return Note(
        device_id, _("Operation #%(id)d on it is not over yet.") % {"id": operation}, operation
    )


def _about_to_go(devices: Iterable[Device]) -> dict[int, int]:
    items = OperationItem.objects.filter(device__in=list(devices), outcome__in=plans.OPEN)
    going = items.filter(operation__kind__in=plans.DESTRUCTIVE)
    return dict(going.values_list("device_id", "operation_id"))


def _mark(devices: Sequence[Device], event: LogEntry.Own, now: datetime, **to: Any) -> None:
    Device.objects.filter(pk__in=[one.pk for one in devices]).update(**to)
    store([_event(one, event, now) for one in devices], now)


def _event(device: Device, event: LogEntry.Own, now: datetime) -> Event:
    return Event(device=device.pk, at=millis(now), event_id=event, provenance=Provenance.INFERRED)


def _can_be_told(device: Device) -> bool:
    """Whether it is in the cloud, and what its product means was asked for."""
    described = device.product is None or device.product.specification_tried_at is not None
    return described and device.state != Device.State.REMOVED


def _write_off(devices: Sequence[Device], now: datetime) -> None:
    """Enter what nobody can read any more, before it is forgotten why it was not read."""
    edge = millis(now - books.RETENTION + harvest.MARGIN)
    held = {one.pk: one for one in devices}
    rows = Coverage.objects.filter(pk__in=held).select_for_update().order_by("pk")
    poorer: dict[int, str] = {}
    for one in rows.only("complete", "lost", "since"):
        known = books.stored(one)
        ledger = books.written_off(held[one.pk], known, millis(one.since), edge)
        if ledger != known:
            poorer[one.pk] = json.dumps(coverage.to_json(ledger)["lost"])
    with connection.cursor() as cursor:
        cursor.execute(LOSE, [list(poorer), list(poorer.values())])


def _tell(
    request: Any, what: Deed.What, devices: Sequence[Device], now: datetime, **said: Any
) -> None:
    """Tell open pages, and the record last: from then on all other deeds wait."""
    if not devices:
        return
    ids = [one.device_id for one in devices]
    live.announce("devices", ids)
    live.announce("logs", ids)
    about = local_keys.named(devices[0]) if len(devices) == 1 else ""
    deeds.note(request, what, about, now, devices=ids, **said)
