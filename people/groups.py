"""Makes the four roles as Django groups and puts users into them. Decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps as installed
from django.contrib.auth.models import Group

from people.roles import Right, Role, rights_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def role_of(user: User) -> Role | None:
    """The highest of the four roles among the user's groups."""
    if user.is_superuser:
        return Role.ADMIN
    names = set(user.groups.values_list("name", flat=True))
    held = [role for role in Role if role.value in names]
    return held[-1] if held else None


def give(user: User, role: Role) -> None:
    """Make this the user's one role; other groups are left alone."""
    known = Group.objects.filter(name__in=Role.values)
    groups = {Role(group.name): group for group in known}
    if len(groups) < len(Role):
        groups = ensure_roles()
    user.groups.remove(*groups.values())
    user.groups.add(groups[role])


def ensure_roles(apps: Any = installed) -> dict[Role, Any]:
    """Make what is missing of groups and permissions; take nothing away.

    Runs in a migration too, which is why the models are asked of `apps`.
    """
    group = apps.get_model("auth", "Group")
    held = _permissions(apps)
    groups = {role: group.objects.get_or_create(name=role.value)[0] for role in Role}
    for role, row in groups.items():
        row.permissions.add(*(held[right] for right in rights_of(role)))
    return groups


def _permissions(apps: Any) -> dict[Right, Any]:
    kinds = apps.get_model("contenttypes", "ContentType").objects
    kind = kinds.get_or_create(app_label="people", model="apitoken")[0]
    rows = apps.get_model("auth", "Permission").objects
    return {
        right: rows.get_or_create(
            content_type=kind,
            codename=right.value,
            defaults={"name": f"May {right.value}"},
        )[0]
        for right in Right
    }
