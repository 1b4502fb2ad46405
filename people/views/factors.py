"""Second factors on pages of our own: authenticator app, passkeys, recovery codes.

The flows are allauth's. What is added here: who tries codes on and on is locked out as for wrong
passwords, and what somebody adds or takes away is on record.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ListWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from people import deeds, entrance
from people.gates import public, require
from people.models import Deed
from people.views import entry

APP, PASSKEY = "app", "passkey"
View = Callable[..., HttpResponse]


class Counted:
    """Counts wrong proofs together with wrong passwords, and stops asking after too many."""

    request: HttpRequest

    def whose(self) -> str:
        """The name that is being proven."""
        return str(self.request.user.get_username())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at the proof only while it may be tried."""
        if not AxesProxyHandler.is_allowed(request, {"username": self.whose()}):
            entrance.shut(request, self.whose())
            return entry.too_many(request)
        return cast("HttpResponse", super().post(request, *args, **kwargs))  # type: ignore[misc]

    def form_invalid(self, form: Any) -> HttpResponse:
        """Count it."""
        name = self.whose()
        entrance.refused(self.request, name)
        AxesProxyHandler.user_login_failed(
            sender=type(self), credentials={"username": name}, request=self.request
        )
        return cast("HttpResponse", super().form_invalid(form))  # type: ignore[misc]


class SecondProof(Counted, AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """The step between password and coming in."""

    def whose(self) -> str:
        """Nobody is signed in yet: the name is the one whose password was right."""
        return str(self.stage.login.user.get_username())


class PasswordAgain(Counted, ReauthenticateView):  # type: ignore[misc]
    """The password, before a factor is changed."""


class CodeAgain(Counted, CodeAgainView):  # type: ignore[misc]
    """A code, before a factor is changed."""


class AddApp(ActivateTOTPView):  # type: ignore[misc]
    """An authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note it."""
        answer = super().form_valid(form)
        deeds.note(self.request, Deed.What.FACTOR_ADDED, APP, timezone.now())
        return cast("HttpResponse", answer)


class RemoveApp(DeactivateTOTPView):  # type: ignore[misc]
    """The end of an authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note it."""
        answer = super().form_valid(form)
        deeds.note(self.request, Deed.What.FACTOR_REMOVED, APP, timezone.now())
        return cast("HttpResponse", answer)


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """A passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note it."""
        answer = super().form_valid(form)
        deeds.note(
            self.request,
            Deed.What.FACTOR_ADDED,
            PASSKEY,
            timezone.now(),
            name=form.cleaned_data["name"],
        )
        return cast("HttpResponse", answer)


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """The end of a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note it."""
        answer = super().form_valid(form)
        deeds.note(self.request, Deed.What.FACTOR_REMOVED, PASSKEY, timezone.now())
        return cast("HttpResponse", answer)


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Recovery codes, in the place of those before."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Note it."""
        answer = super().form_valid(form)
        deeds.note(self.request, Deed.What.CODES_MADE, "", timezone.now())
        return cast("HttpResponse", answer)


class Index(IndexView):  # type: ignore[misc]
    """What one has, and what one may add."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether adding makes sense, or why not."""
        own = self.request.user.has_usable_password()
        elsewhere = {"elsewhere": "" if own else words_elsewhere()}
        return {**super().get_context_data(**kwargs), **elsewhere}


def own(view: View) -> View:
    """Decorate what adds a factor: only to an account that Fleet itself lets in by a password.

    A passkey of Fleet's would still open the door to somebody whom the provider has let go.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not user.has_usable_password():
            messages.info(request, words_elsewhere())
            return redirect("people:account")
        return view(request, *args, **kwargs)

    return asked


def words_elsewhere() -> str:
    """Say why there is nothing to add for who comes in through the provider only."""
    return _(
        "You come in through %(name)s: second factors are set up and asked for there, not here."
    ) % {"name": settings.OIDC_NAME}


def no_way_in(request: HttpRequest) -> HttpResponse:
    """Say that nobody was let in: the account is switched off, or the provider sent nobody."""
    return render(request, "people/no_way_in.html")


second_proof = public(never_cache(SecondProof.as_view()))
passkey = public(never_cache(LoginWebAuthnView.as_view()))
outside = public(no_way_in)
index = require()(Index.as_view())
password_again = require()(never_cache(PasswordAgain.as_view()))
code_again = require()(never_cache(CodeAgain.as_view()))
passkey_again = require()(never_cache(ReauthenticateWebAuthnView.as_view()))
add_app = require()(own(never_cache(AddApp.as_view())))
remove_app = require()(RemoveApp.as_view())
codes = require()(never_cache(ViewRecoveryCodesView.as_view()))
new_codes = require()(never_cache(NewCodes.as_view()))
download_codes = require()(DownloadRecoveryCodesView.as_view())
passkeys = require()(ListWebAuthnView.as_view())
add_passkey = require()(own(never_cache(AddPasskey.as_view())))
remove_passkey = require()(RemovePasskey.as_view())
