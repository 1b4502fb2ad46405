"""Users and their tokens, for those who manage people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from people import deeds, users
from people.forms import RoleForm, UserForm
from people.gates import require
from people.models import ApiToken, Deed
from people.rights import Right
from people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require(Right.ADMIN)
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """All users with their roles, and all tokens."""
    return _page(request)


@require(Right.ADMIN)
@require_POST
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Make a user; this answer is the only place where the password can be read."""
    form = UserForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    try:
        user, password = users.hire(form.cleaned_data["username"], Role(form.cleaned_data["role"]))
    except users.NameTakenError as no:
        form.add_error("username", str(no))
        return _page(request, form=form)
    role = form.cleaned_data["role"]
    deeds.note(request, Deed.What.USER_ADDED, user.username, timezone.now(), role=role)
    return _page(request, fresh=user, password=password)


@require(Right.ADMIN)
@require_POST
@never_cache
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Give a role, let in, keep out, or replace a forgotten password."""
    user = get_object_or_404(User, pk=pk)
    if verb == "password":
        password = users.renew_password(user)
        deeds.note(request, Deed.What.PASSWORD_RENEWED, user.username, timezone.now())
        return _page(request, fresh=user, password=password)
    try:
        said = _VERBS[verb](request, user)
    except (users.LastAdminError, users.NoSuchRoleError) as no:
        messages.error(request, str(no))
    else:
        messages.success(request, said)
    return redirect("people:staff")


def _give_role(request: HttpRequest, user: User) -> str:
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise users.NoSuchRoleError(_("There is no such role; nothing was changed."))
    role = Role(form.cleaned_data["role"])
    users.set_role(user, role)
    deeds.note(request, Deed.What.ROLE_GIVEN, user.username, timezone.now(), role=role.value)
    return _("%(name)s is now %(role)s.") % {"name": user.username, "role": role.label}


def _let_in(request: HttpRequest, user: User) -> str:
    users.switch(user, active=True)
    deeds.note(request, Deed.What.LET_IN, user.username, timezone.now())
    return _("%(name)s may sign in again.") % {"name": user.username}


def _keep_out(request: HttpRequest, user: User) -> str:
    users.switch(user, active=False)
    deeds.note(request, Deed.What.KEPT_OUT, user.username, timezone.now())
    words = _("%(name)s can no longer sign in, and their tokens are gone.")
    return words % {"name": user.username}


_VERBS = {"role": _give_role, "let-in": _let_in, "keep-out": _keep_out}


def _page(request: HttpRequest, **given: Any) -> HttpResponse:
    people = User.objects.prefetch_related("groups").order_by("username")
    words = {
        "people": [(user, _role(user)) for user in people],
        "tokens": ApiToken.objects.select_related("owner").order_by("-created_at"),
        "expired_before": timezone.now(),
        "roles": Role.choices,
        "form": UserForm(),
    }
    return render(request, "people/staff.html", words | given)


def _role(user: User) -> str:
    # from the prefetched groups: one query for all users, not one each
    names = {group.name for group in user.groups.all()}
    held = [role.value for role in Role if role.value in names]
    return held[-1] if held else ""
