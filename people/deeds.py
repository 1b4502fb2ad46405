"""Writes down what a person did, with name and address as text. Only adds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from people.models import ApiToken, Deed


def note(request: Any, what: Deed.What, about: str, now: datetime) -> Deed:
    """Add a deed, in the caller's transaction; `request` is a page's or a REST call's."""
    return Deed.objects.create(
        at=now,
        who=who(request),
        address=str(request.META.get("REMOTE_ADDR") or "")[:64],
        what=what,
        about=about[:255],
    )


def who(request: Any) -> str:
    """Return the person's name, and the token that spoke for them where one did."""
    name = request.user.get_username()
    token = getattr(request, "auth", None)
    return f"{name} ({token})" if isinstance(token, ApiToken) else name
