"""Where somebody is signed in, and the ends of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people import deeds
from people.gates import require
from people.models import Deed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

KEPT_OF_AGENT = 80  # characters that tell one browser from another


def of(request: HttpRequest) -> list[dict[str, Any]]:
    """The living sessions of the person, this one first."""
    found = [
        {
            "pk": one.pk,
            "address": one.ip,
            "agent": one.user_agent[:KEPT_OF_AGENT],
            "since": one.created_at,
            "here": one.session_key == request.session.session_key,
        }
        for one in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(found, key=lambda one: (not one["here"], -one["since"].timestamp()))


@require()
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a session of mine, in whatever browser it is."""
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    deeds.note(request, Deed.What.SESSION_ENDED, session.ip, timezone.now())
    session.end()
    messages.success(request, _("The session at %(address)s was ended.") % {"address": session.ip})
    return redirect("people:account")


def end_all(user: Any) -> int:
    """End every session of a person; says how many."""
    sessions = UserSession.objects.purge_and_list(user)
    for session in sessions:
        session.end()
    return len(sessions)
