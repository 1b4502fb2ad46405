"""Carries out what was asked through the door: claim, call, settle. One call a device, never two.

`sent` is committed before the call leaves, so a process that dies in between leaves `sent` behind,
which turns into `unknown` and is then resolved by looking, never by calling again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from pages import live
from people.models import Deed

from . import endings, farewell, project, proof, records
from .models import Operation, OperationItem
from .orders import Offline
from .plans import DESTRUCTIVE
from .project import Link
from .tuya.errors import Refused, TuyaError, Unanswered, Unavailable, Unintelligible

logger = logging.getLogger(__name__)

LOCK = 0x72756E6E
LEASE = timedelta(minutes=2)  # > the longest a call may take (30 s) with its wait for the quota
MOST_SECONDS = 50.0  # a run ends in time for the next ring

State = Operation.State
Outcome = OperationItem.Outcome
Kind = Operation.Kind

# Two persons: what needs an approval is sent only as the list that was approved.
MAY_SEND = Q(state=State.RUNNING) & (Q(needs_approval=False) | Q(approved_plan_hash=F("plan_hash")))


@dataclass(slots=True)
class Tally:
    """What a run did."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    confirmed: int = 0

    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"run_operations: {self.sent} sent, {self.accepted} accepted, {self.refused} refused,"
            f" {self.unknown} unknown, {self.confirmed} confirmed"
        )


def run_operations(now: datetime) -> Tally | None:
    """Do what is due. None: another process is at it."""
    with project.only_one(LOCK) as alone:
        if not alone:
            return None
        endings.expire(now)
        _start_cooled(now)
        endings.leave_out_offline(now)
        _rescue(now)
        tally = Tally()
        if _anything_due(now) and not project.paused() and project.may_look(project.current(), now):
            with project.connect() as cloud:
                _work(cloud, now, tally)
        endings.finish(timezone.now())
        return tally


def _start_cooled(now: datetime) -> None:
    for operation in list(Operation.objects.filter(state=State.COOLING_OFF, starts_at__lte=now)):
        with transaction.atomic():
            cooled = Operation.objects.filter(pk=operation.pk, state=State.COOLING_OFF)
            # what was paused and resumed meanwhile cools off anew
            if cooled.filter(starts_at__lte=now).update(state=State.RUNNING):
                live.announce("operations", [str(operation.pk)])
                records.by_itself(operation, Deed.What.OP_STARTED, now)


def _sendable() -> QuerySet[OperationItem, OperationItem]:
    """Whose turn it may be: the order runs, and nobody waits for the device to come online."""
    waited_for = Q(operation__offline=Offline.WAIT, device__online=False)
    running = Operation.objects.filter(MAY_SEND, pk=OuterRef("operation_id"))
    return OperationItem.objects.filter(Exists(running), outcome=Outcome.QUEUED).exclude(waited_for)


def _rescue(now: datetime) -> None:
    """A call whose process died: nobody knows what it did."""
    OperationItem.objects.filter(outcome=Outcome.SENT, sent_at__lt=now - LEASE).update(
        outcome=Outcome.UNKNOWN,
        why=gettext_noop("Fleet was stopped while the call was under way."),
        next_look_at=now,
    )


def _anything_due(now: datetime) -> bool:
    looks = OperationItem.objects.filter(next_look_at__lte=now)
    return looks.exists() or _sendable().exists()


def _work(cloud: Link, now: datetime, tally: Tally) -> None:
    ends = now + timedelta(seconds=MOST_SECONDS)
    try:
        tally.confirmed += proof.look(cloud, now)
        while timezone.now() < ends and not project.paused() and _next(cloud, tally):
            pass
        tally.confirmed += proof.look(cloud, timezone.now())
    except TuyaError as error:
        project.failed(cloud.project, error, timezone.now())
        logger.warning("operations wait for the cloud", extra={"error": str(error)})


def _next(cloud: Link, tally: Tally) -> bool:
    """Take one device through its call; say whether there may be another."""
    item = _candidate(timezone.now())
    if item is None:
        return False
    if item.operation.kind in DESTRUCTIVE and not item.snapshot:
        farewell.prepare(cloud, item, timezone.now())
    if not _claim(item, timezone.now()):
        return True  # cancelled or paused meanwhile; look again
    tally.sent += 1
    _call(cloud, item, tally)
    return True


def _candidate(now: datetime) -> OperationItem | None:
    queued = _sendable().select_related("operation", "device__product", "device__coverage")
    for operation in Operation.objects.filter(MAY_SEND).order_by("id"):
        if _pace_allows(operation, now):
            item = queued.filter(operation=operation).order_by("position").first()
            if item is not None:
                return item
    return None


def _pace_allows(operation: Operation, now: datetime) -> bool:
    if not operation.pace_per_minute:
        return True
    lately = operation.items.filter(sent_at__gt=now - timedelta(minutes=1)).count()
    return lately < operation.pace_per_minute


def _claim(item: OperationItem, now: datetime) -> bool:
    """Commit `sent` before the call; 0 rows: it is no longer ours to send."""
    running = Operation.objects.filter(MAY_SEND, pk=item.operation_id)
    ours = OperationItem.objects.filter(pk=item.pk, outcome=Outcome.QUEUED)
    claimed = 0
    with transaction.atomic():
        # The order before its devices, as whoever cancels it takes them: crosswise they would
        # deadlock. What is asked of a row is asked again after waiting for it.
        if running.select_for_update().values_list("pk").first():
            claimed = ours.update(outcome=Outcome.SENT, sent_at=now, attempts=F("attempts") + 1)
        if claimed:
            running.filter(started_at=None).update(started_at=now)
            records.sent(item, now)
    item.sent_at = now
    return bool(claimed)


def _call(cloud: Link, item: OperationItem, tally: Tally) -> None:
    calls: dict[str, Callable[[], None]] = {
        Kind.RENAME: lambda: cloud.rename(item.device_key, item.new_name),
        Kind.REMOVE: lambda: cloud.remove(item.device_key),
        Kind.FACTORY_RESET: lambda: cloud.reset_factory(item.device_key),
    }
    try:
        calls[item.operation.kind]()
    except (Unanswered, Unintelligible) as error:
        tally.unknown += 1
        _settle(item, Outcome.UNKNOWN, error)
    except Refused as error:
        if error.account:
            _give_back(item)
            raise
        tally.refused += 1
        _settle(item, Outcome.REFUSED, error)
    except Unavailable:
        _give_back(item)  # nothing left this machine, or the vendor turned it away unread
        raise
    else:
        tally.accepted += 1
        _settle(item, Outcome.ACCEPTED, None)


def _give_back(item: OperationItem) -> None:
    OperationItem.objects.filter(pk=item.pk, outcome=Outcome.SENT).update(
        outcome=Outcome.QUEUED, sent_at=None
    )


def _settle(item: OperationItem, outcome: Outcome, error: TuyaError | None) -> None:
    now = timezone.now()
    looks = outcome in {Outcome.ACCEPTED, Outcome.UNKNOWN}
    with transaction.atomic():
        OperationItem.objects.filter(pk=item.pk, outcome=Outcome.SENT).update(
            outcome=outcome,
            settled_at=now,
            vendor_code=error.code if error else None,
            vendor_message=error.message if error else "",
            why=WORDS.get(outcome, ""),
            next_look_at=now if looks else None,
        )
        live.announce("operations", [str(item.operation_id)])
        records.answered(item, outcome, error.code if error else None, now)
    endings.stop_if_failing(item.operation, now)


WORDS = {
    Outcome.UNKNOWN: gettext_noop(
        "The cloud did not answer. It is not asked again; Fleet looks what happened."
    ),
}
