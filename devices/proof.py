"""Looks whether what was asked has happened: a vendor's "true" is only a promise."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from pages import live

from . import causes, harvest, records, sync
from .events import Event, millis, store
from .models import Device, LogEntry, Operation, OperationItem, Provenance
from .project import Link
from .tuya.errors import Refused, TuyaError, Unavailable

__all__ = ["look"]

logger = logging.getLogger(__name__)

SOONEST, RAREST = timedelta(seconds=1), timedelta(minutes=10)
GIVE_UP = timedelta(days=1)
MOST = 50  # looks a run

Outcome = OperationItem.Outcome
Kind = Operation.Kind


def look(cloud: Link, now: datetime) -> int:
    """Look for the proofs that are due; return how many were found."""
    due = OperationItem.objects.filter(next_look_at__lte=now).order_by("next_look_at")
    found = 0
    for item in due.select_related("operation", "device__product", "device__coverage")[:MOST]:
        found += _look_once(cloud, item, timezone.now())
    return found


def _look_once(cloud: Link, item: OperationItem, now: datetime) -> int:
    try:
        evidence = _evidence(cloud, item)
    except (Unavailable, Refused) as error:
        if isinstance(error, Unavailable) or error.account:
            _look_later(item, now)
            raise
        evidence = {}
    except TuyaError as error:
        logger.warning("no proof yet", extra={"device": item.device_key, "error": str(error)})
        evidence = {}
    else:
        if not evidence and _never_left(item):
            _ask_again(item, now)
            return 0
    if evidence:
        _confirm(item, evidence, now)
        return 1
    _look_later(item, now)
    return 0


def _never_left(item: OperationItem) -> bool:
    """Whether a look without evidence proves that nothing happened.

    Only of a rename that a dead process left behind, after its lease: the name is read from the
    cloud, and to ask for the same name once more could do no harm. A reset or a removal is never
    asked for twice.
    """
    left = item.outcome == Outcome.UNKNOWN and item.settled_at is None
    return left and item.operation.kind == Kind.RENAME


def _ask_again(item: OperationItem, now: datetime) -> None:
    """Put it back in the queue, or call it cancelled where its order has ended meanwhile."""
    left = OperationItem.objects.filter(pk=item.pk, outcome=Outcome.UNKNOWN, settled_at=None)
    live_states = (Operation.State.RUNNING, Operation.State.PAUSED)
    open_still = Operation.objects.filter(pk=item.operation_id, state__in=live_states)
    with transaction.atomic():
        if open_still.select_for_update().exists():
            left.update(outcome=Outcome.QUEUED, sent_at=None, next_look_at=None, why="")
        else:
            why = gettext_noop("Fleet was stopped before the call left, and the order ended.")
            left.update(outcome=Outcome.CANCELLED, settled_at=now, next_look_at=None, why=why)
        live.announce("operations", [str(item.operation_id)])


def _evidence(cloud: Link, item: OperationItem) -> dict[str, Any]:
    if item.operation.kind == Kind.RENAME:
        return _new_name(cloud, item)
    if item.operation.kind == Kind.FACTORY_RESET:
        return _reset_in_log(cloud, item) or _absence(cloud, item)
    return _absence(cloud, item)


def _new_name(cloud: Link, item: OperationItem) -> dict[str, Any]:
    name = cloud.device(item.device_key).name
    return {"kind": "detail", "name": name} if name.strip() == item.new_name else {}


def _reset_in_log(cloud: Link, item: OperationItem) -> dict[str, Any]:
    """The device's own log says event 4 after our call, and not by somebody's app."""
    try:
        harvest.read(cloud, item.device, timezone.now())
    except Refused as error:
        if error.account:
            raise
    since = (item.sent_at or item.operation.created_at) - causes.CLOCKS
    row = (
        LogEntry.objects.of(item.device)
        .filter(event_id=causes.RESET, event_time__gte=since)
        .exclude(source_id__in=causes.NEVER_US)
        .order_by("event_time")
        .first()
    )
    if row is None:
        return {}
    return {
        "kind": "log",
        "event_time": row.event_time.isoformat(timespec="milliseconds"),
        "event_id": row.event_id,
        "source_id": row.source_id,
    }


def _absence(cloud: Link, item: OperationItem) -> dict[str, Any]:
    """Two witnesses: the cloud denies the id, and a complete list since then lacks it."""
    try:
        cloud.device(item.device_key)
    except Refused as error:
        if error.account or error.code not in sync.GONE:
            raise
        listed = Device.objects.present().filter(pk=item.device_id).exists()
        if listed:
            return {}
        return {"kind": "absence", "code": error.code, "message": error.message}
    return {}


def _confirm(item: OperationItem, evidence: dict[str, Any], now: datetime) -> None:
    with transaction.atomic():
        OperationItem.objects.filter(pk=item.pk).update(
            outcome=Outcome.CONFIRMED, confirmed_at=now, next_look_at=None, proof=evidence, why=""
        )
        live.announce("operations", [str(item.operation_id)])
        records.proven(item, evidence, now)
    if item.operation.kind == Kind.RENAME:
        _mirror_name(item, now)
    else:
        words = {Kind.REMOVE: "Removed", Kind.FACTORY_RESET: "Reset to factory state"}
        verb = words[Kind(item.operation.kind)]
        sync.mark_removed(item.device, f"{verb} by operation #{item.operation_id}.", now)


def _mirror_name(item: OperationItem, now: datetime) -> None:
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=item.device_id)
        if device.name == item.new_name:
            return
        change = {"from": device.name, "to": item.new_name, "operation": item.operation_id}
        own = Event(
            device=device.pk,
            at=millis(now),
            event_id=LogEntry.Own.RENAMED,
            provenance=Provenance.INFERRED,
            value=change,
        )
        store([own], now)
        Device.objects.filter(pk=device.pk).update(name=item.new_name)
        live.announce("devices", [device.device_id])


def _look_later(item: OperationItem, now: datetime) -> None:
    """Wait as long again as we have waited; after a day say that it could not be confirmed."""
    waited = now - (item.settled_at or item.sent_at or now)
    if waited > GIVE_UP:
        _give_up(item, now)
        return
    wait = min(RAREST, max(SOONEST, waited))
    OperationItem.objects.filter(pk=item.pk).update(next_look_at=now + wait)


def _give_up(item: OperationItem, now: datetime) -> None:
    with transaction.atomic():
        OperationItem.objects.filter(pk=item.pk).update(
            outcome=Outcome.UNCONFIRMED,
            next_look_at=None,
            why=gettext_noop("Nothing in the cloud showed within a day that it happened."),
        )
        live.announce("operations", [str(item.operation_id)])
        records.unproven(item, now)
