"""What happens at the door, whichever way somebody comes in: it is on record. No self-made users.

Password, passkey and single sign-on all end in `Entrance.post_login`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from people import callers, deeds
from people.models import Deed

UNSAID = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}
AGAIN = timedelta(minutes=1)  # one line a minute tells of a name that somebody tries on and on
STRANGER = "?"  # what was typed is not kept: people type passwords into the wrong field


class Entrance(DefaultAccountAdapter):  # type: ignore[misc]  # it ships no types
    """Lets in, and writes it down."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account of their own: an admin does, or single sign-on."""
        del request
        return False

    def post_login(self, request: HttpRequest, user: Any, **said: Any) -> HttpResponse:
        """Note who came in and by which proofs."""
        ways = [record["method"] for record in get_authentication_records(request, user)]
        deeds.note(request, Deed.What.SIGNED_IN, "", timezone.now(), ways=ways)
        answer: HttpResponse = super().post_login(request, user, **said)
        return answer

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address that everything else of Fleet goes by."""
        return callers.address_of(request) or "0.0.0.0"

    def add_message(
        self, request: HttpRequest, level: int, template: str | None = None, *more: Any, **said: Any
    ) -> None:
        """Say nothing of what the page shows anyway."""
        if template not in UNSAID:
            super().add_message(request, level, template, *more, **said)


def refused(request: HttpRequest, username: str) -> None:
    """Note a sign-in that failed."""
    deeds.record_once(
        _known(username),
        Deed.What.SIGN_IN_FAILED,
        timezone.now(),
        timedelta(0) if _known(username) != STRANGER else AGAIN,
        address=callers.address_of(request),
    )


def shut(request: HttpRequest, username: str) -> None:
    """Note that somebody is locked out."""
    deeds.record_once(
        _known(username),
        Deed.What.LOCKED_OUT,
        timezone.now(),
        AGAIN,
        address=callers.address_of(request),
    )


def left(request: HttpRequest) -> None:
    """Note a sign-out."""
    if request.user.is_authenticated:
        deeds.note(request, Deed.What.SIGNED_OUT, "", timezone.now())


def _known(username: str) -> str:
    named = User.objects.filter(username=username).values_list("username", flat=True).first()
    return named or STRANGER


def locked_words(minutes: int) -> str:
    """What somebody reads who is locked out."""
    return _(
        "Too many wrong sign-ins for this name from this address. Try again in %(minutes)d minutes,"
        " or ask an admin to unlock it."
    ) % {"minutes": minutes}
