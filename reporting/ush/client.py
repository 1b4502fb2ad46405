"""Posts one report to USH and gives the answer. Follows no redirect, repeats nothing.

httpx limits each phase, not the whole; a server that drips bytes would hold a share of the devices
for ever. A watchdog cuts the connection when the whole request took too long.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import httpx

from .address import forbidden
from .errors import UnansweredError, UndeliveredError
from .watchdog import Watchdog

TIMEOUT = {"connect": 3, "read": 10, "write": 10, "pool": 5}  # seconds
DEADLINE = 15.0  # seconds for one request, whatever its phases say
LONGEST_ANSWER = 65_536  # bytes; an answer of USH has about 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    retry_after: str | None
    body: bytes


class UshClient:
    """One connection to USH, opened when first needed, used by one thread at a time."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        proxy: str = "",
        deadline: float = DEADLINE,
    ) -> None:
        """Keep address and static headers; nothing is opened yet."""
        self._url = url
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        self._headers |= dict(headers or {})
        self._proxy = proxy
        self._deadline = deadline
        self._watchdog = Watchdog(deadline, self._cut)
        self._late = False
        self._parsed: httpx.URL | None = None
        self._http: httpx.HTTPTransport | None = None
        self._stream: Any = None

    def __enter__(self) -> Self:
        """Give the client itself."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close the connection."""
        self._watchdog.close()
        if self._http is not None:
            self._http.close()
            self._http = None

    def post(self, body: bytes) -> Answer:
        """Send one report. Raises UndeliveredError or UnansweredError, by what is known."""
        self._late = False
        try:
            with self._watchdog.watching(), self._send(body) as response:
                return Answer(
                    response.status_code, response.headers.get("Retry-After"), _head(response)
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
            raise UndeliveredError(_words(exc)) from exc
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as exc:
            raise UndeliveredError(_words(exc)) from exc
        except (httpx.HTTPError, OSError, ValueError) as exc:
            late = f"no whole answer within {self._deadline:g} s"
            raise UnansweredError(late if self._late else _words(exc)) from exc

    @contextmanager
    def _send(self, body: bytes) -> Iterator[httpx.Response]:
        """Hand the request to the transport itself: no cookies, no redirects, nothing repeated."""
        request = httpx.Request(
            "POST",
            self._address(),
            headers=self._headers,
            content=body,
            extensions={"timeout": TIMEOUT, "trace": self._note},
        )
        response = self._transport().handle_request(request)
        try:
            yield response
        finally:
            response.close()

    def _address(self) -> httpx.URL:
        if self._parsed is None:
            self._parsed = httpx.URL(self._url)
            if self._parsed.scheme not in ("http", "https") or not self._parsed.host:
                message = f"not an address of a web server: {self._url[:100]}"
                raise httpx.UnsupportedProtocol(message)
        return self._parsed

    def _transport(self) -> httpx.HTTPTransport:
        if self._http is None:
            secure = self._url.lower().startswith("https:")
            self._http = httpx.HTTPTransport(
                trust_env=False,
                proxy=self._proxy or None,
                verify=_trusted() if secure else False,
                limits=httpx.Limits(max_connections=1, keepalive_expiry=30),
            )
        return self._http

    def _note(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the open connection, so that the watchdog can cut it; refuse where it led."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = info["return_value"]
            peer = self._stream.get_extra_info("server_addr")
            if not self._proxy and peer and forbidden(str(peer[0])):
                self._stream.close()
                message = f"its name leads to {peer[0]}, a link-local or metadata address: refused"
                raise UndeliveredError(message)

    def _cut(self) -> None:
        self._late = True
        open_socket = self._stream and self._stream.get_extra_info("socket")
        if open_socket is not None:
            try:
                open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already: what the watchdog wanted


@cache
def _trusted() -> ssl.SSLContext:
    """Load the certificates once: it costs more than a report."""
    return httpx.create_ssl_context(trust_env=False)


def _head(response: httpx.Response) -> bytes:
    """Read the answer, but not more of it than any answer has."""
    found = bytearray()
    for part in response.iter_bytes():
        found += part
        if len(found) > LONGEST_ANSWER:
            break
    return bytes(found[:LONGEST_ANSWER])


def _words(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}".rstrip(": ")[:200]
