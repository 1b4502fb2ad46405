"""The gate of pages: who is not signed in goes to sign-in, who lacks a right reads why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url

from people.rights import Right, may, refusal

View = Callable[..., Any]
PUBLIC = "public"  # in the place of a right


def require(right: Right = Right.BROWSE) -> Callable[[View], View]:
    """Decorate a page, sync or async, so that it opens only for those who hold the right."""
    return lambda view: declare(right)(_opened(view, right))


def declare(needs: str) -> Callable[[View], View]:
    """Say what a page asks for itself, where the walk of all addresses reads it."""

    def said(view: View) -> View:
        view.needs = needs  # type: ignore[attr-defined]
        return view

    return said


def public(view: View) -> View:
    """Declare that a page is open to everybody: sign-in itself, and what tells that Fleet lives."""
    return declare(PUBLIC)(view)


def _opened(view: View, right: Right) -> View:
    if iscoroutinefunction(view):

        @wraps(view)
        async def later(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refused = await sync_to_async(stop)(request, right)
            answer = refused or await cast("Awaitable[Any]", view(request, *args, **kwargs))
            return cast("HttpResponseBase", answer)

        return later

    @wraps(view)
    def now(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return cast("HttpResponseBase", stop(request, right) or view(request, *args, **kwargs))

    return now


def stop(request: HttpRequest, right: Right) -> HttpResponse | None:
    """The answer that keeps somebody out, or None for those who may come in."""
    if may(request, right):
        return None
    if not request.user.is_authenticated:
        return _sign_in(request)
    return render(request, "403.html", {"exception": refusal(request, right)}, status=403)


def _sign_in(request: HttpRequest) -> HttpResponse:
    # htmx would follow a redirect silently and paste the sign-in page into the open one
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        target = redirect_to_login(here._replace(scheme="", netloc="").geturl()).url
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
