"""Makes a changing call safe to repeat: the same `Idempotency-Key` gets the first answer again.

The work and its answer are one transaction, so a crash leaves both or neither. The wrapped call
must therefore do no HTTP and ring its workers on commit.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from rest.models import Answer
from rest.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request

HEADER = "Idempotency-Key"
KEPT = timedelta(days=7)
LONGEST = 255


def idempotent(
    *, required: bool = False
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Decorate a method of an APIView; with `required`, a call without the header is refused."""

    def wrap(call: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(call)
        def keyed(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = key_of(request, required=required)
            if key is None:
                return call(view, request, *args, **kwargs)
            return _once(request, key, lambda: call(view, request, *args, **kwargs))

        return keyed

    return wrap


def key_of(request: Request, *, required: bool) -> str | None:
    """The key of the call, if it has one; a key that cannot be kept is refused."""
    key = request.headers.get(HEADER)
    if key is None:
        if required:
            words = _(
                "This call needs the header Idempotency-Key: a text of yours, new for each order."
            )
            raise Problem(400, "idempotency_key_missing", words)
        return None
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        words = _("Idempotency-Key takes 1 to 255 printable ASCII characters.")
        raise Problem(400, "idempotency_key_bad", words)
    return key


@transaction.atomic
def _once(request: Request, key: str, work: Callable[[], Response]) -> Response:
    _hold(f"{request.user.pk}:{key}")
    owner = int(request.user.pk or 0)
    now, call, digest = timezone.now(), f"{request.method} {request.path}"[:300], _digest(request)
    Answer.objects.filter(user_id=owner, key=key, created_at__lt=now - KEPT).delete()
    known = Answer.objects.filter(user_id=owner, key=key).first()
    if known:
        return _again(known, call, digest)
    response = work()
    if response.status_code < 300:  # noqa: PLR2004 - a refusal may be tried again with the same key
        _keep(request, key, response, Answer(call=call, digest=digest, created_at=now))
    return response


def _hold(name: str) -> None:
    """Let one call of a key run at a time; the lock ends with the transaction, whatever happens."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        held = cursor.fetchone()
    if not (held and held[0]):
        words = _("A call with this Idempotency-Key is still running: ask again in a moment.")
        raise Problem(409, "idempotency_key_in_flight", words)


def _digest(request: Request) -> str:
    # the meaning, not the bytes: a client may write the same body with other spaces or key order
    text = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _again(known: Answer, call: str, digest: str) -> Response:
    if (known.call, known.digest) != (call, digest):
        words = _("This Idempotency-Key was used for %(call)s with another body: take a new key.")
        raise Problem(422, "idempotency_key_reused", words % {"call": known.call})
    headers = {"Idempotency-Replayed": "true"}
    if known.location:
        headers["Location"] = known.location
    return Response(_read(known.body), known.status, headers=headers)


def _read(body: Any) -> Any:
    # answers of before the text were kept as documents
    return json.loads(body or "null") if isinstance(body, str) else body


def _keep(request: Request, key: str, response: Response, answer: Answer) -> None:
    answer.user_id, answer.key = int(request.user.pk or 0), key
    answer.status = response.status_code
    # as text: a document of the database would forget the order of its members
    answer.body = JSONRenderer().render(response.data).decode()
    answer.location = response.headers.get("Location", "")
    answer.save(force_insert=True)


def forget(now: datetime) -> int:
    """Delete the answers that are too old to be asked for again; says how many."""
    return forgettable(now).delete()[0]


def forgettable(now: datetime) -> QuerySet[Answer]:
    """The answers that are too old to be asked for again."""
    return Answer.objects.filter(created_at__lt=now - KEPT)
