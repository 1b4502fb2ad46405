"""How orders and waiting devices end by themselves: nobody approved, too many failed, all is done.

Each ending is a conditional UPDATE on the state it starts from: what a person did meanwhile wins.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from pages import live
from people.models import Deed
from rest.times import stamp

from . import records
from .models import Operation, OperationItem
from .orders import Offline

__all__ = ["expire", "finish", "leave_out_offline", "stop_if_failing"]

State = Operation.State
Outcome = OperationItem.Outcome
UNDER_WAY = (Outcome.QUEUED, Outcome.SENT)
# A call without an answer counts as failed here: its effect is not known, and more of them would
# be as blind. Once proven it counts no more.
FAILED = (Outcome.REFUSED, Outcome.UNKNOWN, Outcome.UNCONFIRMED)
ANSWERED = (*FAILED, Outcome.ACCEPTED, Outcome.CONFIRMED)


def expire(now: datetime) -> int:
    """End what nobody approved in time, so that its devices are free; return how many ended."""
    late = Operation.objects.filter(state=State.AWAITING_APPROVAL, approval_expires_at__lte=now)
    why = gettext_noop("Nobody approved it in time.")
    return sum(
        _end(one, State.EXPIRED, why, now, approval_expired_at=stamp(one.approval_expires_at))
        for one in list(late)
    )


def stop_if_failing(operation: Operation, now: datetime) -> None:
    """Cancel the rest once so many failed, or such a part of enough that answered."""
    if operation.stop_after_failures is None and operation.stop_after_percent is None:
        return
    answered = operation.items.filter(outcome__in=ANSWERED).count()
    failed = operation.items.filter(outcome__in=FAILED).count()
    if _too_many(operation, failed, answered):
        why = gettext_noop("Stopped after %s failures.") % failed
        _end(operation, State.STOPPED, why, now, failed=failed, answered=answered)


def _too_many(operation: Operation, failed: int, answered: int) -> bool:
    most, percent = operation.stop_after_failures, operation.stop_after_percent
    if most is not None and failed >= most:
        return True
    enough = answered >= operation.stop_percent_of
    return percent is not None and enough and failed * 100 >= percent * answered


def leave_out_offline(now: datetime) -> None:
    """Skip whoever is offline and not waited for, or was waited for until now."""
    queued = OperationItem.objects.filter(
        outcome=Outcome.QUEUED, operation__state=State.RUNNING, device__online=False
    )
    _skip(
        queued.filter(operation__offline=Offline.SKIP),
        gettext_noop("It was offline when its turn came."),
        now,
    )
    _skip(
        queued.filter(operation__offline=Offline.WAIT, operation__wait_until__lte=now),
        gettext_noop("It did not come online by the date that was given."),
        now,
    )


def _skip(items: QuerySet[OperationItem, OperationItem], why: str, now: datetime) -> None:
    found = dict(items.values_list("pk", "operation_id"))
    if not found:
        return
    with transaction.atomic():
        # the orders first, as whoever cancels one takes them: crosswise they would deadlock
        orders = Operation.objects.filter(pk__in=set(found.values())).order_by("pk")
        held = list(orders.select_for_update())
        waiting = OperationItem.objects.filter(pk__in=found, outcome=Outcome.QUEUED)
        left_out = list(waiting.values_list("operation_id", "device_key").order_by("position"))
        waiting.update(outcome=Outcome.SKIPPED, why=why, settled_at=now)
        live.announce("operations", _texts(found.values()))
        for operation in held:
            keys = [key for number, key in left_out if number == operation.pk]
            if keys:
                records.by_itself(operation, Deed.What.OP_LEFT_OUT, now, keys)


def finish(now: datetime) -> None:
    """An operation is over when nothing of it waits or is under way; proofs may still come.

    A rename that a dead process left behind may turn out not to have left: then it is sent yet.
    """
    left = Q(outcome=Outcome.UNKNOWN, settled_at=None, operation__kind=Operation.Kind.RENAME)
    under_way = Q(outcome__in=UNDER_WAY)
    busy = OperationItem.objects.filter(under_way | left).values("operation")
    done = Operation.objects.filter(state=State.RUNNING).exclude(pk__in=busy)
    for operation in list(done):
        _end(operation, State.FINISHED, "", now)


# What an ending starts from, and what the record of deeds calls it.
ENDINGS = {
    State.EXPIRED: (State.AWAITING_APPROVAL, Deed.What.OP_EXPIRED),
    State.STOPPED: (State.RUNNING, Deed.What.OP_STOPPED),
    State.FINISHED: (State.RUNNING, Deed.What.OP_FINISHED),
}


def _end(operation: Operation, state: State, why: str, now: datetime, **details: Any) -> bool:
    was, deed = ENDINGS[state]
    with transaction.atomic():
        still = Operation.objects.filter(pk=operation.pk, state=was)
        ended = still.update(state=state, finished_at=now)
        if ended:
            if state != State.FINISHED:
                waiting = operation.items.filter(outcome=Outcome.QUEUED)
                waiting.update(outcome=Outcome.CANCELLED, settled_at=now, why=why)
            live.announce("operations", [str(operation.pk)])
            records.by_itself(operation, deed, now, **details)
    return bool(ended)


def _texts(numbers: Iterable[int]) -> list[str]:
    return sorted({str(number) for number in numbers})
