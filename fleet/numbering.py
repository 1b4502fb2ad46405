"""Gives every request a number: on error pages, in the answer's head and in the log. No secret."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware

from rest import problems

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
BYTES = 6


def fresh() -> str:
    """Return a number that no request had."""
    return secrets.token_hex(BYTES)


def number(request: HttpRequest) -> str:
    """Return the request's number; one that came from outside would let others write our log."""
    known = getattr(request, "fleet_id", "")
    if not known:
        known = fresh()
        request.fleet_id = known  # type: ignore[attr-defined]  # templates show it
    return str(known)


@sync_and_async_middleware
def numbered(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Number each request before anything else sees it."""
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> Any:
            known = number(request)
            answer = await _awaited(get_response(request))
            answer[HEADER] = known
            return answer

        return later

    def now(request: HttpRequest) -> Any:
        known = number(request)
        answer = get_response(request)
        answer[HEADER] = known
        return answer

    return now


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer


def crashed(request: HttpRequest) -> HttpResponse:
    """Answer a fault of our own: a problem for scripts, for people a page with the number."""
    known = number(request)
    logger.error("request crashed", extra={"request_id": known, "path": request.path})
    if request.path.startswith("/api/"):
        return problems.crashed(request)
    return HttpResponse(render_to_string("500.html", {"request_id": known}), status=500)
