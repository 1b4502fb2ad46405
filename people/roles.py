"""The rights that Fleet knows and the four roles that bundle them. Pure: stores nothing."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    """One thing that a person may be allowed to do; stored as a Django permission."""

    BROWSE = "browse", _("browse devices, logs and deliveries")
    RENAME = "rename", _("rename devices")
    SYNC = "sync", _("read devices from the cloud now")
    RESYNC = "resync", _("send states to USH again, pause and resume sending")
    TAG = "tag", _("edit tags and notes")
    REMOVE = "remove", _("remove devices")
    RESET = "reset", _("reset devices to factory state")
    APPROVE = "approve", _("approve operations of others")
    REVEAL = "reveal", _("reveal a device's local key")
    ADMIN = "admin", _("manage users, tokens, settings and mapping")


class Role(TextChoices):
    """A named bundle of rights, each holding all of the one before; stored as a Django group."""

    VIEWER = "viewer", _("viewer")
    OPERATOR = "operator", _("operator")
    MANAGER = "manager", _("manager")
    ADMIN = "admin", _("admin")


_ADDED = {
    Role.VIEWER: (Right.BROWSE,),
    Role.OPERATOR: (Right.RENAME, Right.SYNC, Right.RESYNC, Right.TAG),
    Role.MANAGER: (Right.REMOVE, Right.RESET, Right.APPROVE),
    Role.ADMIN: (Right.REVEAL, Right.ADMIN),
}


def rights_of(role: str) -> frozenset[Right]:
    """Every right of the role, those of the roles below included."""
    ranks = list(Role)
    upto = ranks[: ranks.index(Role(role)) + 1]
    return frozenset(right for rank in upto for right in _ADDED[rank])


def least_role(right: Right) -> Role:
    """The lowest role that holds the right."""
    return next(role for role in Role if right in rights_of(role))


def lower(one: Role, other: Role) -> Role:
    """The one of two roles that holds less."""
    return min(one, other, key=list(Role).index)
