"""REST tokens: making one, and knowing a caller by one. Its text is never stored or logged."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from people import bearers, callers, deeds, networks
from people.models import ApiToken, Deed, TokenUse
from people.rights import capped
from people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User
    from rest_framework.request import Request

STRANGER = "?"
MARK = "fleet_"  # lets secret scanners and people recognise a leaked token
SHOWN = len(MARK) + 4  # characters of a token that lists may show
TOUCH = timedelta(
    minutes=1
)  # a write a minute tells enough of use, a write a request costs too much


def make(
    owner: User,
    name: str,
    now: datetime,
    *,
    role: Role,
    lifetime: timedelta,
    read_only: bool = False,
    addresses: Sequence[str] = (),
) -> tuple[ApiToken, str]:
    """Store a new token; its text is in the answer and nowhere else."""
    text = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        owner=owner,
        role=role,
        read_only=read_only,
        addresses=list(addresses),
        prefix=text[:SHOWN],
        digest=digest(text),
        created_at=now,
        expires_at=now + lifetime,
    )
    return token, text


def digest(text: str) -> str:
    """What is stored of a token. Plain SHA-256 is enough: 32 random bytes cannot be guessed."""
    return hashlib.sha256(text.encode()).hexdigest()


def owner_of(text: str, now: datetime, address: str = "") -> ApiToken | None:
    """The living token of an active user, noted as used; None for any other text."""
    token = bearers.find(digest(text))
    why = _refusal(token, now, address)
    if token is None or why:
        named = f"{token.owner.username} ({token})" if token else STRANGER
        deeds.record_once(named, Deed.What.TOKEN_REFUSED, now, TOUCH, address=address, about=why)
        return None
    _note_use(token, now, address)
    return token


def _refusal(token: ApiToken | None, now: datetime, address: str) -> str:
    if token is None:
        return "unknown"
    if token.expires_at <= now:
        return "expired"
    if not token.owner.is_active:
        return "owner kept out"
    if token.addresses and not networks.holds(token.addresses, address):
        return "address"
    return ""


def _note_use(token: ApiToken, now: datetime, address: str) -> None:
    """A day's first call from an address is on record; the rest only moves the time."""
    before, was = token.last_used_at, token.last_address
    if before is not None and before >= now - TOUCH and was == address:
        return
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_address=address)
    if before is not None and before.date() == now.date() and was == address:
        return
    with transaction.atomic():
        _use, first = TokenUse.objects.get_or_create(token=token, day=now.date(), address=address)
        if first:
            TokenUse.objects.filter(token=token, day__lt=now.date()).delete()
            named = f"{token.owner.username} ({token})"
            deeds.record(named, Deed.What.TOKEN_USED, now, address=address)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <token>`."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The token's owner, capped by the token; None when the header is for someone else."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        token = owner_of(_text(words[1:]), timezone.now(), callers.address_of(request))
        if token is None:
            raise AuthenticationFailed(
                _("No living token has this text: wrong, expired, revoked, or not from here.")
            )
        return capped(token.owner, token), token

    def authenticate_header(self, request: Request) -> str:
        """Answer 401, not 403, to callers who are not known."""
        del request
        return self.keyword


def _text(words: list[bytes]) -> str:
    if len(words) != 1:
        raise AuthenticationFailed(_("Say: Authorization: Token <token>, with no spaces in it."))
    return words[0].decode("latin-1")
