"""Whether somebody may do something, and the gates of REST calls that ask it.

Decides by Django permissions; pages have their gate in people.gates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from people.roles import Right, Role, least_role, rights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User
    from rest_framework.request import Request
    from rest_framework.views import APIView

__all__ = ["MayBrowse", "Needs", "Right", "Role", "capped", "demand", "may", "refusal"]


class Cap(Protocol):
    """What narrows a user's rights for one request: the token it came with."""

    role: str
    read_only: bool


def capped(user: User, cap: Cap) -> User:
    """The user with the token's limits attached: they follow wherever the user is handed on."""
    cast("Any", user).rights_cap = cap
    return user


def may(who: Any, right: Right) -> bool:
    """Whether a user, or the user of a request, holds the right; a token never adds one."""
    user = getattr(who, "user", who)
    cap: Cap | None = getattr(user, "rights_cap", None)
    if cap is not None and not _within(cap, right):
        return False
    return bool(user.is_authenticated and user.has_perm(f"people.{right.value}"))


def _within(cap: Cap, right: Right) -> bool:
    if cap.read_only and right is not Right.BROWSE:
        return False
    return right in rights_of(cap.role)


def demand(who: Any, right: Right) -> None:
    """Raise the answer 401 or 403, in words, when the right is missing."""
    if may(who, right):
        return
    if not getattr(who, "user", who).is_authenticated:
        raise NotAuthenticated
    raise PermissionDenied(refusal(who, right), code="forbidden")


def refusal(who: Any, right: Right) -> str:
    """What a person reads who lacks the right: which one, and what would give it."""
    cap: Cap | None = getattr(getattr(who, "user", who), "rights_cap", None)
    if cap is not None and cap.read_only and right is not Right.BROWSE:
        return _("This token is read-only: it may not %(right)s.") % {"right": right.label}
    words = {"right": right.label, "role": least_role(right).label}
    if cap is not None and not _within(cap, right):
        return _("This token may not %(right)s: it takes the role %(role)s.") % words
    return _("You may not %(right)s: it takes the role %(role)s or higher. Ask an admin.") % words


class MayBrowse(BasePermission):
    """The default gate: viewers may read; a call that writes must name its right with `Needs`."""

    read: Right = Right.BROWSE
    write: Right | None = None

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask for the right of reading or of writing, by the method."""
        del view
        reads = request.method in SAFE_METHODS
        right = self.read if reads else self.write
        if right is None:
            return False
        demand(request, right)
        if not reads and getattr(request.auth, "read_only", False):
            # even where writing takes no more than browsing, as for views of one's own
            words = _("This token is read-only: use one that may write.")
            raise PermissionDenied(words, code="forbidden")
        return True


def declared(view: Any) -> tuple[Right | str | None, Right | str | None] | None:
    """What a view of the URL configuration declares: the rights to read and to write.

    In the place of a right stands `gates.PUBLIC` where everybody may, None where nobody may.
    No pair at all: it declares nothing, which a test does not let pass.
    """
    if hasattr(view, "needs"):
        return view.needs, view.needs
    given = getattr(view, "initkwargs", {}).get("permission_classes")
    kind = getattr(view, "cls", None)
    gates: Sequence[Any] = given or getattr(kind, "permission_classes", None) or ()
    if len(gates) == 1 and issubclass(gates[0], MayBrowse):
        return gates[0].read, gates[0].write
    return None


def Needs(write: Right, *, read: Right = Right.BROWSE) -> type[MayBrowse]:  # noqa: N802 - reads as a class
    """A gate for `permission_classes`: writing takes the right, reading takes browsing."""
    return type(f"Needs{write.name.title()}", (MayBrowse,), {"read": read, "write": write})
