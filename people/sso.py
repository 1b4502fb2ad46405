"""Single sign-on by OpenID Connect: who the provider says somebody is, and the role that follows.

A claim gives a role; without one the default, which is viewer or none. Never more.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from people import deeds, groups, users
from people.models import Deed
from people.roles import Role

REFUSED = 403


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # it ships no types
    """Lets in whom the provider knows and the claim gives a role."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever passed `pre_social_login` has a role, and gets an account."""
        del request, sociallogin
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse who has no role, and joining with an account that is signed in."""
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(self._refusal(request, _("Accounts are not joined.")))
        role = role_of_claims(claims(sociallogin.account.extra_data), settings.OIDC_ROLES)
        if role is None:
            words = _("The provider gives you no role in Fleet. Ask who manages your account.")
            raise ImmediateHttpResponse(self._refusal(request, words))
        if sociallogin.is_existing:
            _follow(sociallogin.user, role)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Take the name, made another one where it is taken; no address, for it proves nothing."""
        user = super().populate_user(request, sociallogin, {"username": data.get("username")})
        wished = [data.get("username") or "", "user"]
        user.username = get_adapter(request).generate_unique_username(wished)
        sociallogin.email_addresses = []
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make the account that the first sign-in brings, with its role and no password."""
        user: User = super().save_user(request, sociallogin, form)
        role = role_of_claims(claims(sociallogin.account.extra_data), settings.OIDC_ROLES)
        if role is not None:
            groups.give(user, role)
            deeds.record(
                settings.OIDC_NAME,
                Deed.What.USER_ADDED,
                timezone.now(),
                about=user.username,
                role=role.value,
            )
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **said: Any
    ) -> None:
        """Say on our own page that the provider sent nobody."""
        del provider, error, said
        words = _("The sign-in at the provider was not completed. Try again.")
        raise ImmediateHttpResponse(self._refusal(request, words))

    @staticmethod
    def _refusal(request: HttpRequest, words: str) -> Any:
        return render(request, "people/no_way_in.html", {"words": words}, status=REFUSED)


def claims(extra: dict[str, Any]) -> dict[str, Any]:
    """All that the provider says: the token's claims over those of the user's page."""
    if "id_token" in extra or "userinfo" in extra:
        return {**(extra.get("userinfo") or {}), **(extra.get("id_token") or {})}
    return extra


def role_of_claims(said: dict[str, Any], known: dict[str, str]) -> Role | None:
    """The highest role that the claim's words give, or the default; None keeps somebody out."""
    words = said.get(settings.OIDC_ROLE_CLAIM, []) if settings.OIDC_ROLE_CLAIM else []
    given = {str(word) for word in (words if isinstance(words, list) else [words])}
    ranks = list(Role)
    held = [Role(role) for word, role in known.items() if word in given]
    if held:
        return max(held, key=ranks.index)
    return Role(settings.OIDC_DEFAULT_ROLE) if settings.OIDC_DEFAULT_ROLE != "none" else None


def _follow(user: User, role: Role) -> None:
    """Each sign-in brings the role anew; the last admin stays one, or nobody could manage."""
    if not settings.OIDC_ROLE_CLAIM or groups.role_of(user) is role:
        return
    try:
        users.set_role(user, role)
    except users.LastAdminError:
        return
    deeds.record(
        settings.OIDC_NAME,
        Deed.What.ROLE_GIVEN,
        timezone.now(),
        about=user.username,
        role=role.value,
    )
