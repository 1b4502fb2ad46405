"""One's own account: role, password, tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from people import deeds, groups, tokens
from people.forms import TokenForm
from people.gates import require
from people.models import ApiToken, Deed
from people.rights import Right, may
from people.roles import Role, rights_of
from people.views import factors, sessions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require()
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may, and my tokens."""
    return _page(request)


@require()
@require_POST
@never_cache
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token; this answer is the only place where it can be read."""
    user = _me(request)
    form = TokenForm(_role(user), request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    wanted = form.cleaned_data
    token, text = tokens.make(
        user,
        wanted["name"],
        timezone.now(),
        role=Role(wanted["role"]),
        lifetime=timedelta(days=wanted["days"]),
        read_only=wanted["read_only"],
        addresses=wanted["addresses"],
    )
    deeds.note(request, Deed.What.TOKEN_MADE, str(token), timezone.now(), role=token.role)
    return _page(request, fresh=token, fresh_text=text)


@require()
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of mine, or anybody's for those who manage people."""
    seen = ApiToken.objects.all()
    if not may(request, Right.ADMIN):
        seen = seen.filter(owner=_me(request))
    token = get_object_or_404(seen, pk=pk)
    token.delete()
    whose = f"{token} ({token.owner.username})"
    deeds.note(request, Deed.What.TOKEN_REVOKED, whose, timezone.now())
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    mine = token.owner_id == _me(request).pk
    return redirect("people:account" if mine else "people:staff")


@require()
@require_POST
@never_cache
def change_password(request: HttpRequest) -> HttpResponse:
    """Replace my password; other sessions of mine end."""
    form = PasswordChangeForm(_me(request), request.POST)
    if not form.is_valid():
        return _page(request, password_form=form)
    update_session_auth_hash(request, form.save())
    deeds.note(request, Deed.What.PASSWORD_CHANGED, "", timezone.now())
    messages.success(request, _("Your password was changed; other sessions of yours have ended."))
    return redirect("people:account")


def _page(request: HttpRequest, **given: Any) -> HttpResponse:
    user, now = _me(request), timezone.now()
    role = _role(user)
    words = {
        "role": role,
        "rights": [right.label for right in Right if right in rights_of(role)],
        "tokens": user.api_tokens.order_by("-created_at"),
        "expired_before": now,
        "sessions": sessions.of(request),
        "elsewhere": "" if user.has_usable_password() else factors.words_elsewhere(),
        "manages": may(request, Right.ADMIN),
        "token_form": TokenForm(role),
        "password_form": PasswordChangeForm(user),
    }
    return render(request, "people/account.html", words | given)


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)


def _role(user: User) -> Role:
    # whoever came in may browse, by role or by a permission of their own
    return groups.role_of(user) or Role.VIEWER
