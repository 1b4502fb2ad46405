"""Writes down what was done, each row sealed with the one before. Only adds.

Note a deed last in a transaction: from then to its end all other deeds wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from people import callers, chain
from people.models import ApiToken, ChainHead, Deed

COMMAND_LINE = "command line"  # who may run a command there may do everything anyway
LOCK = 0x64656564  # any fixed number: one row is sealed at a time, so that the chain has one order


def note(request: Any, what: Deed.What, about: str, now: datetime, **said: Any) -> Deed:
    """Add a deed, in the caller's transaction; `request` is a page's or a REST call's."""
    return record(who(request), what, now, about=about, address=callers.address_of(request), **said)


def record(
    by: str,
    what: str,
    now: datetime,
    *,
    about: str = "",
    why: str = "",
    devices: Sequence[str] = (),
    address: str | None = None,
    **details: Any,
) -> Deed:
    """Add a deed of somebody known by name only; `details` say what else belongs to it."""
    with transaction.atomic():
        head = _head()
        deed = Deed(
            id=head.number + 1,
            at=now,
            who=by[:255],
            address=callers.address() if address is None else address,
            what=what,
            about=about[:255],
            why=why,
            devices=list(devices),
            details=details,
            previous=head.seal,
        )
        deed.seal = chain.seal(deed.previous, deed)
        deed.save(force_insert=True)
        _move_head(deed)
    return deed


def record_once(
    by: str, what: str, now: datetime, within: timedelta, *, address: str, **said: Any
) -> None:
    """Add a deed unless the same came from this address just now: nobody floods the record."""
    lately = Deed.objects.filter(what=what, address=address, at__gt=now - within, who=by[:255])
    if not lately.exists():
        record(by, what, now, address=address, **said)


def who(request: Any) -> str:
    """Return the person's name, and the token that spoke for them where one did."""
    name = request.user.get_username()
    token = getattr(request, "auth", None)
    return f"{name} ({token})" if isinstance(token, ApiToken) else name


def _head() -> ChainHead:
    """The end of the chain, held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return ChainHead.objects.first() or ChainHead(number=0, seal=chain.START)


def _move_head(deed: Deed) -> None:
    ChainHead.objects.bulk_create(
        [ChainHead(id=1, number=deed.pk, seal=deed.seal)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["number", "seal"],
    )
