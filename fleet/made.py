"""A part of a page that was made for many: how it is made, and what each of them is sent."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token

from fleet import compression, numbering
from fleet.asking import Asked
from pages.shared import EXPECTED, Expected
from people.rights import Right

TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")\w+')
OWN = {b"content-length", b"set-cookie", numbering.HEADER.lower().encode()}  # of each answer
OK = 200
Headers = Sequence[tuple[bytes, bytes]]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Made:
    """A part; `pieces` are what stands between its forms' tokens, `sections` the same packed."""

    headers: Headers
    pieces: tuple[bytes, ...]
    sections: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes it keeps."""
        return sum(map(len, self.pieces)) + sum(map(len, self.sections))

    def answer(self, asked: Asked) -> tuple[Headers, bytes] | None:
        """Return headers and body for who asks; None for whom its forms have no token."""
        token = _token(asked) if len(self.pieces) > 1 else b""
        if token is None:
            return None
        own = [(numbering.HEADER.encode(), numbering.fresh().encode())]
        if compression.TAKEN.search(asked.packed):
            body = compression.joined(self.pieces, self.sections, token)
            own.append((b"Content-Encoding", b"gzip"))
        else:
            body = token.join(self.pieces)
        return [*self.headers, *own, (b"Content-Length", str(len(body)).encode())], body


def _token(asked: Asked) -> bytes | None:
    """Return a token for forms that goes with the secret in the cookie; None without a secret."""
    request = HttpRequest()
    request.COOKIES = {settings.CSRF_COOKIE_NAME: asked.token}
    CsrfViewMiddleware(lambda _request: HttpResponse()).process_request(request)
    if request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return None  # it was none of ours: the page has to set another
    return get_token(request).encode()


async def make(application: Application, scope: Scope, rights: frozenset[Right]) -> Made | None:
    """Let the application answer; None where the answer is for nobody else."""
    expected = Expected(rights)
    plain = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
    asked = {**scope, "headers": plain, EXPECTED: expected}
    begun: Any = None
    body = bytearray()

    async def keep(message: Any) -> None:
        nonlocal begun
        begun = begun or message
        body.extend(message.get("body", b""))

    await application(asked, _Patient(), keep)
    if not (expected.met and begun and _is_plain(begun)):
        return None
    headers = [one for one in begun["headers"] if one[0].lower() not in OWN]
    return await asyncio.to_thread(_made, headers, bytes(body))


def _made(headers: Headers, body: bytes) -> Made:
    pieces = TOKEN.split(body)
    return Made(headers, tuple(pieces), tuple(map(compression.section, pieces)))


class _Patient:
    """Sends the request's body, which is empty, and stays: whoever asked first may well leave."""

    def __init__(self) -> None:
        self._sent = False

    async def __call__(self) -> Any:
        if self._sent:
            await asyncio.get_running_loop().create_future()
        self._sent = True
        return {"type": "http.request", "body": b"", "more_body": False}


def _is_plain(begun: Any) -> bool:
    """Whether nothing is set but the cookie of forms, which each has already."""
    cookies = [value for name, value in begun["headers"] if name.lower() == b"set-cookie"]
    ours = settings.CSRF_COOKIE_NAME.encode() + b"="
    return begun["status"] == OK and all(one.startswith(ours) for one in cookies)
