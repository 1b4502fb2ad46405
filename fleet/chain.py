"""Runs the middleware and the view of a request in one thread, in one go. Decides nothing itself.

Django asked by ASGI changes the thread twice for every middleware: some twenty times a page, each
a wait for whoever holds the interpreter.
"""

from typing import Any

from asgiref.sync import AsyncToSync, sync_to_async
from csp.middleware import CSPMiddleware
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.middleware.security import SecurityMiddleware


class InTheLoop:
    """A middleware that only writes headers: it needs no thread, and stands before static files."""

    get_response: Any
    process_request: Any
    process_response: Any

    async def __acall__(self, request: HttpRequest) -> Any:
        """Answer where the event loop is."""
        answer = self.process_request(request) or await self.get_response(request)
        return self.process_response(request, answer)


class Security(InTheLoop, SecurityMiddleware):
    """Django's, without its two changes of thread."""


class Policy(InTheLoop, CSPMiddleware):
    """What a page may load, run and send to, without two changes of thread."""


class Handler(ASGIHandler):
    """Asks as ASGI does, and answers as WSGI does: what follows static files shares a thread.

    A view that is async runs in the event loop all the same; what it streams holds no thread.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django asks for it
        """Build the chain around a view that is called, not awaited."""
        super().load_middleware(is_async=False)
        chain = vars(self)["_middleware_chain"]
        # Its first links are async, and Django made their end a call: that is taken off again.
        awaited = isinstance(chain, AsyncToSync)
        self._middleware_chain: Any = chain.awaitable if awaited else sync_to_async(chain)
