"""One form, one order: a page that is sent twice finds the order that its first sending made.

The form's key and the order's address are written in one transaction, in the table that REST keeps
its Idempotency-Keys in; its unique constraint lets a second sending wait for the first.
"""

import hashlib
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from devices import operations as door
from devices.plans import Order
from rest.models import Answer

CALL = "POST form"  # no REST call is named like this
CREATED = 201


def request(order: Order, *, by: User, key: str, now: datetime) -> tuple[int, bool]:
    """Return the id of the order's operation, and whether an earlier sending made it.

    Raises what the door raises; then nothing is kept, and the form may be sent again.
    """
    if not key:
        return door.request(order, by=by, now=now).pk, False
    kept = _kept(by, key)
    if kept is not None:
        return kept, True
    try:
        with transaction.atomic():
            answer = _reserve(by, key, now)
            operation = door.request(order, by=by, now=now)
            answer.body = {"operation": operation.pk}
            answer.save(update_fields=["body"])
            return operation.pk, False
    except IntegrityError:
        kept = _kept(by, key)
        if kept is None:
            raise
        return kept, True


def _reserve(by: User, key: str, now: datetime) -> Answer:
    return Answer.objects.create(
        user=by,
        key=_name(key),
        call=CALL,
        digest=hashlib.sha256(key.encode()).hexdigest(),
        status=CREATED,
        body={},
        created_at=now,
    )


def _kept(by: User, key: str) -> int | None:
    answer = Answer.objects.filter(user=by, key=_name(key), call=CALL).first()
    return answer.body.get("operation") if answer else None


def _name(key: str) -> str:
    return f"form:{key}"
