"""Writes the life of an order into the record of deeds: asked, steered, sent, answered, ended.

Always the last thing of a transaction: until its end every other deed waits (see `people.deeds`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from people import deeds
from people.models import Deed

from .models import Operation, OperationItem

FLEET = "Fleet"  # who carries orders out


def asked(operation: Operation, by: User, now: datetime) -> None:
    """Somebody ordered this, of exactly these devices."""
    items = operation.items.exclude(outcome=OperationItem.Outcome.SKIPPED).order_by("position")
    deeds.record(
        by.get_username(),
        Deed.What.OP_ASKED,
        now,
        about=_about(operation),
        why=operation.reason,
        devices=list(items.values_list("device_key", flat=True)),
        plan_hash=operation.plan_hash,
        needs_approval=operation.needs_approval,
    )


def steered(operation: Operation, what: Deed.What, by: User, now: datetime) -> None:
    """Somebody approved, rejected, cancelled, paused or resumed it."""
    bound = {"plan_hash": operation.plan_hash} if what == Deed.What.OP_APPROVED else {}
    deeds.record(by.get_username(), what, now, about=_about(operation), **bound)


def sent(item: OperationItem, now: datetime) -> None:
    """The call is about to leave."""
    asker = {"requested_by": item.operation.requested_by_name}
    approver = item.operation.approved_by_name
    _carried(
        item, Deed.What.OP_SENT, now, **asker, **({"approved_by": approver} if approver else {})
    )


def answered(item: OperationItem, outcome: str, code: int | None, now: datetime) -> None:
    """The cloud answered, or its silence was noted."""
    said: dict[str, Any] = {"outcome": outcome} | ({} if code is None else {"vendor_code": code})
    _carried(item, Deed.What.OP_ANSWERED, now, **said)


def proven(item: OperationItem, evidence: dict[str, Any], now: datetime) -> None:
    """What was asked for is seen to have happened."""
    _carried(item, Deed.What.OP_PROVEN, now, proof=evidence)


def unproven(item: OperationItem, now: datetime) -> None:
    """Nothing showed that it happened, and it is looked for no more."""
    _carried(item, Deed.What.OP_UNPROVEN, now)


def by_itself(
    operation: Operation,
    what: Deed.What,
    now: datetime,
    devices: Sequence[str] = (),
    **details: Any,
) -> None:
    """Nobody steered it: time, failures or an absence did."""
    # whoever's request brought the time to be looked at has no part in it
    deeds.record(FLEET, what, now, about=_about(operation), devices=devices, address="", **details)


def _carried(item: OperationItem, what: Deed.What, now: datetime, **details: Any) -> None:
    named = {"new_name": item.new_name} if item.new_name else {}
    deeds.record(
        FLEET,
        what,
        now,
        about=f"{_about(item.operation)}: {item.device_name or item.device_key}",
        devices=[item.device_key],
        **named,
        **details,
    )


def _about(operation: Operation) -> str:
    return f"#{operation.pk} {operation.kind}"
