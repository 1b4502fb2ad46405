"""The door: the only way to change anything in the device cloud, for page, REST and command line.

Nothing here calls the cloud; the runner does.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pages import live
from people.models import Deed
from people.rights import Right, may, refusal

from . import bell, endings, records
from .models import Device, Operation, OperationItem
from .orders import Offline
from .plans import DESTRUCTIVE, BadOrder, Note, Order, Preview, fingerprint_of
from .plans import preview as preview_order

__all__ = [
    "BadOrder",
    "Busy",
    "Forbidden",
    "NotRetired",
    "Order",
    "Preview",
    "Stale",
    "WrongState",
    "approve",
    "cancel",
    "pause",
    "preview",
    "reject",
    "request",
    "resume",
    "retry_failed",
]

State = Operation.State
Outcome = OperationItem.Outcome
Told = tuple[Deed.What, User, datetime]  # what the record of deeds says of it

RIGHTS = {
    Operation.Kind.RENAME: Right.RENAME,
    Operation.Kind.REMOVE: Right.REMOVE,
    Operation.Kind.FACTORY_RESET: Right.RESET,
}


class Forbidden(Exception):  # noqa: N818  an answer, not a fault
    """The person may not do this; the text says which right is missing and who can give it."""


class Busy(Exception):  # noqa: N818  an answer, not a fault
    """A device has an open operation; `operation_id` links to it."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.device_id}: {note.why}")
        self.operation_id = note.operation_id


class NotRetired(Exception):  # noqa: N818  an answer, not a fault
    """Here a device is retired before it is removed; `device_id` names one that is not."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.device_id}: {note.why}")
        self.device_id = note.device_id


class Stale(Exception):  # noqa: N818  an answer, not a fault
    """The list is no longer the one that was previewed."""


class WrongState(Exception):  # noqa: N818  an answer, not a fault
    """The operation is past the point where this could be asked."""


def preview(order: Order, *, by: User, now: datetime) -> Preview:
    """Say what the order would do. Raises `BadOrder`, `Forbidden`."""
    _demand(by, RIGHTS[order.kind])
    return preview_order(order, now)


def request(
    order: Order, *, by: User, now: datetime, retry_of: Operation | None = None
) -> Operation:
    """Freeze the list and write the order down; the runner carries it out.

    Raises `BadOrder`, `Forbidden`, `Busy` (an open operation holds the only devices left),
    `NotRetired` (none of those to be removed is) and `Stale` (`order.plan_hash` names another
    list). Two requests that race for a device: one wins, the other is `Busy`, by a unique
    constraint.
    """
    plan = preview(order, by=by, now=now)
    _check_reason(order)
    if order.plan_hash and order.plan_hash != plan.plan_hash:
        raise Stale(_("The devices or names changed since the preview. Look again, then confirm."))
    if not plan.will_act:
        _nothing_to_do(plan)
    try:
        with transaction.atomic():
            _hold_retired(order, plan)
            operation = _write(order, plan, by, now, retry_of)
            live.announce("operations", [str(operation.pk)])
            records.asked(operation, by, now)
    except IntegrityError as exc:
        note = next((n for n in preview_order(order, now).skip if n.operation_id), None)
        if note is None:
            raise
        raise Busy(note) from exc
    bell.ring_operations()
    return operation


def _check_reason(order: Order) -> None:
    if order.kind in DESTRUCTIVE and not order.reason.strip():
        raise BadOrder({"reason": _("A reason is required: it is kept in the audit.")})


def _nothing_to_do(plan: Preview) -> None:
    busy = next((note for note in plan.skip if note.operation_id), None)
    if busy is not None:
        raise Busy(busy)
    fresh = next((note for note in plan.skip if note.to_retire), None)
    if fresh is not None:
        raise NotRetired(fresh)
    first = plan.skip[0]
    raise BadOrder({"devices": f"{first.device_id}: {first.why}"})


def _hold_retired(order: Order, plan: Preview) -> None:
    """Let nobody bring back meanwhile what is removed because it is retired."""
    if not (order.removes and settings.RETIRE_FIRST):
        return
    keys = [one.device.pk for one in plan.will_act]
    held = (
        Device.objects.retired().filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    )
    if len(held.values_list("pk")) != len(keys):
        raise Stale(_("The devices or names changed since the preview. Look again, then confirm."))


def _write(
    order: Order, plan: Preview, by: User, now: datetime, retry_of: Operation | None
) -> Operation:
    operation = Operation.objects.create(
        kind=order.kind,
        state=State.AWAITING_APPROVAL if plan.needs_approval else _first_state(order.kind),
        reason=order.reason.strip(),
        params=_params(order),
        pace_per_minute=order.pace_per_minute,
        stop_after_failures=order.stop_after_failures,
        stop_after_percent=order.stop_after_percent,
        stop_percent_of=order.stop_percent_of,
        offline=order.offline,
        wait_until=order.wait_until,
        plan_hash=plan.plan_hash,
        needs_approval=plan.needs_approval,
        approval_expires_at=now + settings.APPROVAL_EXPIRES if plan.needs_approval else None,
        requested_by=by,
        requested_by_name=by.get_username(),
        created_at=now,
        starts_at=_start(order.kind, now),
        retry_of=retry_of,
    )
    items = [*_acting(operation, plan), *_skipped(operation, plan, now)]
    OperationItem.objects.bulk_create(items, batch_size=1000)
    return operation


def _params(order: Order) -> dict[str, object]:
    """What was asked for in the asker's own words; the items hold what it came to."""
    params: dict[str, object] = {"name": order.name, "names": dict(order.names or {})}
    return params | ({"pattern": order.pattern} if order.pattern else {})


def _acting(operation: Operation, plan: Preview) -> list[OperationItem]:
    return [
        OperationItem(
            operation=operation,
            position=position,
            device=planned.device,
            device_key=planned.device.device_id,
            device_name=planned.device.name,
            new_name=planned.new_name,
        )
        for position, planned in enumerate(plan.will_act)
    ]


def _skipped(operation: Operation, plan: Preview, now: datetime) -> list[OperationItem]:
    why = {note.device_id: note.why for note in plan.skip}
    known = Device.objects.filter(device_id__in=why).order_by("pk")
    return [
        OperationItem(
            operation=operation,
            position=len(plan.will_act) + place,
            device=device,
            device_key=device.device_id,
            device_name=device.name,
            outcome=Outcome.SKIPPED,
            why=why[device.device_id],
            settled_at=now,
        )
        for place, device in enumerate(known)
    ]


def _first_state(kind: str) -> State:
    cools = kind in DESTRUCTIVE and settings.COOLING_OFF
    return State.COOLING_OFF if cools else State.RUNNING


def _start(kind: str, now: datetime) -> datetime:
    return now + settings.COOLING_OFF if kind in DESTRUCTIVE else now


def approve(operation: Operation, *, by: User, now: datetime, plan_hash: str = "") -> None:
    """A second person agrees to exactly this list; the cooling-off time starts.

    `plan_hash` is that of the list the person saw. Raises `Forbidden`, `WrongState`, and `Stale`
    when that list, or the one in the rows, is not the one that was asked for.
    """
    _demand(by, Right.APPROVE)
    if operation.requested_by_id == by.pk or operation.requested_by_name == by.get_username():
        raise Forbidden(_("You asked for it yourself: another person must approve it."))
    seen = {plan_hash or operation.plan_hash, fingerprint_of(operation)}
    if operation.state == State.AWAITING_APPROVAL and seen != {operation.plan_hash}:
        raise Stale(_("The list is not the one that was asked for. Reject it and ask anew."))
    endings.expire(now)
    told = (Deed.What.OP_APPROVED, by, now)
    _move(
        operation,
        (State.AWAITING_APPROVAL,),
        told,
        state=_first_state(operation.kind),
        approved_by=by,
        approved_by_name=by.get_username(),
        approved_at=now,
        approved_plan_hash=operation.plan_hash,
        starts_at=_start(operation.kind, now),
    )
    bell.ring_operations()


def reject(operation: Operation, *, by: User, now: datetime) -> None:
    """A second person refuses; nothing is sent. Raises `Forbidden`, `WrongState`."""
    _demand(by, Right.APPROVE)
    told = (Deed.What.OP_REJECTED, by, now)
    _end(operation, (State.AWAITING_APPROVAL,), State.REJECTED, told)


def cancel(operation: Operation, *, by: User, now: datetime) -> None:
    """Undo what was not sent yet; what was sent cannot be recalled and is still settled."""
    _demand(by, RIGHTS[Operation.Kind(operation.kind)])
    live_states = (State.AWAITING_APPROVAL, State.COOLING_OFF, State.RUNNING, State.PAUSED)
    _end(operation, live_states, State.CANCELLED, (Deed.What.OP_CANCELLED, by, now))


def pause(operation: Operation, *, by: User, now: datetime) -> None:
    """Send no more until resumed. Raises `Forbidden`, `WrongState`."""
    _demand(by, RIGHTS[Operation.Kind(operation.kind)])
    told = (Deed.What.OP_PAUSED, by, now)
    _move(operation, (State.COOLING_OFF, State.RUNNING), told, state=State.PAUSED)


def resume(operation: Operation, *, by: User, now: datetime) -> None:
    """Go on; a cooling-off time that was paused starts anew."""
    _demand(by, RIGHTS[Operation.Kind(operation.kind)])
    untouched = operation.started_at is None
    _move(
        operation,
        (State.PAUSED,),
        (Deed.What.OP_RESUMED, by, now),
        state=_first_state(operation.kind) if untouched else State.RUNNING,
        starts_at=_start(operation.kind, now) if untouched else operation.starts_at,
    )
    bell.ring_operations()


def retry_failed(operation: Operation, *, by: User, now: datetime) -> Operation:
    """Ask again for the devices that the vendor refused, as an operation of its own.

    What is unknown or unconfirmed is never asked again: it may have happened.
    """
    refused = operation.items.filter(outcome=Outcome.REFUSED).order_by("position")
    names = {item.device_key: item.new_name for item in refused}
    if not names:
        raise WrongState(_("No device of this operation was refused; there is nothing to retry."))
    order = Order(
        kind=Operation.Kind(operation.kind),
        device_ids=tuple(names),
        names=names if operation.kind == Operation.Kind.RENAME else None,
        reason=operation.reason,
        pace_per_minute=operation.pace_per_minute,
        stop_after_failures=operation.stop_after_failures,
        stop_after_percent=operation.stop_after_percent,
        stop_percent_of=operation.stop_percent_of,
        **_patience(operation, now),
    )
    return request(order, by=by, now=now, retry_of=operation)


def _patience(operation: Operation, now: datetime) -> dict[str, Any]:
    """What was said of offline devices; a date that is over is waited for no more."""
    until, waits = operation.wait_until, operation.offline == Offline.WAIT
    if waits and (until is None or until <= now):
        return {"offline": Offline.SKIP}
    return {"offline": Offline(operation.offline), "wait_until": until if waits else None}


def _demand(by: User, right: Right) -> None:
    if not may(by, right):
        raise Forbidden(refusal(by, right))


def _move(operation: Operation, allowed: tuple[State, ...], told: Told, **to: object) -> None:
    with transaction.atomic():
        moved = Operation.objects.filter(pk=operation.pk, state__in=allowed).update(**to)
        live.announce("operations", [str(operation.pk)])
        if moved:
            records.steered(operation, *told)
    _refuse_unless(moved, operation)


def _end(operation: Operation, allowed: tuple[State, ...], state: State, told: Told) -> None:
    _what, by, now = told
    with transaction.atomic():
        moved = Operation.objects.filter(pk=operation.pk, state__in=allowed).update(
            state=state, finished_at=now, ended_by_name=by.get_username()
        )
        if moved:
            waiting = operation.items.filter(Q(outcome=Outcome.QUEUED))
            waiting.update(outcome=Outcome.CANCELLED, settled_at=now)
        live.announce("operations", [str(operation.pk)])
        if moved:
            records.steered(operation, *told)
    _refuse_unless(moved, operation)


def _refuse_unless(moved: int, operation: Operation) -> None:
    operation.refresh_from_db()
    if not moved:
        raise WrongState(
            _("Operation #%(id)d is %(state)s: this can no longer be asked of it.")
            % {"id": operation.pk, "state": operation.get_state_display()}
        )
