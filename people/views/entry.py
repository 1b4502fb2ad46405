"""Sign-in and sign-out pages. The password is the first proof; a second factor may follow."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from people import entrance
from people.gates import public

TOO_MANY = 429


class SignIn(LoginView):
    """Name and password."""

    template_name = "people/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **said: Any) -> dict[str, Any]:
        """Offer the provider where there is one."""
        return super().get_context_data(sso=settings.OIDC_ISSUER and settings.OIDC_NAME, **said)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Go on to the second factor, or in."""
        user = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        named = {"username": user.get_username()}
        return cast("HttpResponse", perform_password_login(self.request, named, login))

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Say it again; who is locked out is answered by `locked_out`."""
        if not getattr(self.request, "axes_locked_out", False):
            entrance.refused(self.request, self.request.POST.get("username", ""))
        return super().form_invalid(form)


class SignOut(LogoutView):
    """Ends the session."""

    next_page = "people:login"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Note it, then end it."""
        entrance.left(request)
        return super().post(request, *args, **kwargs)


def locked_out(
    request: HttpRequest, original_response: Any = None, credentials: Any = None
) -> HttpResponse:
    """Answer who tried too often: in words, and in a header for scripts."""
    del original_response, credentials
    if "username" in request.POST:
        entrance.shut(request, request.POST["username"])
    return too_many(request)


def too_many(request: HttpRequest) -> HttpResponse:
    """The sign-in page that says until when nobody is let in."""
    username = request.POST.get("username", "")
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    form = AuthenticationForm(request, initial={"username": username})
    words = {
        "form": form,
        "next": "",
        "sso": "",
        "locked": entrance.locked_words(-(-seconds // 60)),
    }
    answer = render(request, "people/login.html", words, status=TOO_MANY)
    answer.headers["Retry-After"] = str(seconds)
    return answer


login = public(SignIn.as_view())
logout = public(SignOut.as_view())
