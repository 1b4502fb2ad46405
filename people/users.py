"""Makes users and changes what they may. The last admin can neither leave nor step down."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from people import groups
from people.first import new_password
from people.models import ApiToken
from people.roles import Role


class LastAdminError(Exception):
    """Nobody would be left to manage users."""


class NoSuchRoleError(Exception):
    """The role that was asked for does not exist."""


class NameTakenError(Exception):
    """A user of this name exists."""


def hire(username: str, role: Role) -> tuple[User, str]:
    """Make a user; the password is in the answer and nowhere else. Raises NameTakenError."""
    password = new_password()
    with transaction.atomic():
        user, made = User.objects.get_or_create(username=username)
        if not made:
            raise NameTakenError(_("A user named %(name)s exists already.") % {"name": username})
        user.set_password(password)
        user.save(update_fields=["password"])
        groups.give(user, role)
    return user, password


def set_role(user: User, role: Role) -> None:
    """Give the user another role; their tokens shrink with it. Raises LastAdminError."""
    with transaction.atomic():
        if role is not Role.ADMIN:
            _keep_an_admin(user)
        groups.give(user, role)


def switch(user: User, *, active: bool) -> None:
    """Let the user in again, or keep them out with all their tokens. Raises LastAdminError."""
    with transaction.atomic():
        if not active:
            _keep_an_admin(user)
            ApiToken.objects.filter(owner=user).delete()
        User.objects.filter(pk=user.pk).update(is_active=active)


def renew_password(user: User) -> str:
    """Replace a forgotten password; all sessions of the user end."""
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def _keep_an_admin(leaving: User) -> None:
    # two admins who step down at the same moment must not both find the other still there
    group = Group.objects.select_for_update().get(name=Role.ADMIN.value)
    others = group.user_set.filter(is_active=True).exclude(pk=leaving.pk)
    if not others.exists() and groups.role_of(leaving) is Role.ADMIN:
        raise LastAdminError(_("This is the last admin: make another one first."))
