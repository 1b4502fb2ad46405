"""After a backup is brought back: what was still to be sent may have been sent since.

Nobody asks for it a second time: it is unknown, and Fleet looks what became of it.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_noop

from pages import live

from . import endings
from .models import Operation, OperationItem

State = Operation.State
Outcome = OperationItem.Outcome


def hold(now: datetime) -> int:
    """Send nothing that was waiting in the backup; return of how many devices.

    What awaited approval expires; the rest ends when it is known how each device stands.
    """
    created = Operation.objects.filter(pk=OuterRef("operation")).values("created_at")
    with transaction.atomic():
        held = OperationItem.objects.filter(outcome=Outcome.QUEUED).update(
            outcome=Outcome.UNKNOWN,
            why=gettext_noop("A backup was brought back: it may have been sent since."),
            sent_at=Subquery(created),  # the earliest that it can have been
            next_look_at=now,
        )
        Operation.objects.filter(state=State.AWAITING_APPROVAL).update(approval_expires_at=now)
        endings.expire(now)
        Operation.objects.filter(state=State.COOLING_OFF).update(state=State.RUNNING)
        live.announce("operations")
    return held
