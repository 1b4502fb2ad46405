"""Where the request of this moment came from, for the record of deeds. Nothing decides by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from inspect import iscoroutinefunction
from typing import Any

from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

_address: ContextVar[str] = ContextVar("address", default="")


def address() -> str:
    """The address that the request came from; empty in a worker and on the command line."""
    return _address.get()


def address_of(request: Any) -> str:
    """The address of a page's or a REST call's request."""
    return str(request.META.get("REMOTE_ADDR") or "")[:64]


@sync_and_async_middleware
def remember(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the address for the length of the request."""
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> Any:
            held = _address.set(address_of(request))
            try:
                answer: Awaitable[Any] = get_response(request)
                return await answer
            finally:
                _address.reset(held)

        return later

    def now(request: HttpRequest) -> Any:
        held = _address.set(address_of(request))
        try:
            return get_response(request)
        finally:
            _address.reset(held)

    return now
