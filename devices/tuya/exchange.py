"""One signed HTTP exchange with the device cloud: send, read, open the envelope.

Repeats nothing and decides nothing but what only it can know: whether the request may have left.
"""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import httpx
import msgspec

from . import signing, wire
from .account import Account
from .errors import TuyaError, Unanswered, Unavailable, Unintelligible

MAX_BODY = 32 * 1024 * 1024  # bytes; a listing page of 100 devices is about 160 KB
TOO_MANY = 429
SERVER_FAULT = 500


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `endpoint` is the template that the meter and the messages name."""

    endpoint: str
    path: str
    query: Mapping[str, str] = {}
    body: bytes = b""
    device_id: str | None = None

    @property
    def method(self) -> str:
        """GET, PUT, POST or DELETE."""
        return self.endpoint.partition(" ")[0]

    @property
    def write(self) -> bool:
        """Whether it changes anything over there."""
        return self.method != "GET"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An opened envelope. `code` is None on success; `result` is UNSET when it is missing."""

    success: bool
    code: int | None
    message: str
    result: Any
    stamp_ms: int | None
    trace: str | None
    retry_after: float | None


class _Envelope(msgspec.Struct):
    """doc Ka4a8uuo1j4t4; `error_code` and `error_msg` are the v2.0 log family's names."""

    success: Any = None
    code: Any = None
    msg: Any = None
    error_code: Any = None
    error_msg: Any = None
    result: Any = msgspec.UNSET
    t: Any = None
    tid: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@cache
def _authorities() -> ssl.SSLContext:
    """Whom to trust, read once a process: reading it costs 50 ms of CPU."""
    return httpx.create_ssl_context(trust_env=False)


class Exchange:
    """A keep-alive connection pool to one data center; safe to share among threads."""

    def __init__(
        self,
        account: Account,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        limits = account.timeouts
        self._account, self._clock = account, clock
        self._http = httpx.Client(
            base_url=account.base_url,
            transport=transport,
            timeout=httpx.Timeout(
                limits.read, connect=limits.connect, write=limits.write, pool=limits.pool
            ),
            verify=_authorities(),
            trust_env=False,  # a proxy or .netrc of the machine must not see the token
            follow_redirects=False,  # a redirect would carry the token elsewhere
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def send(
        self, request: Request, *, token: str, offset_ms: int, left: Callable[[], None]
    ) -> Answer:
        """Sign with the vendor's time as we know it, send once, and open the answer.

        `left` is called when the request is on its way.
        """
        signed = self._headers(request, token, offset_ms)
        try:
            status, headers, body = self._fetch(request, signed, left)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as exc:
            # The exception's words name the host at most; nothing of the request has left.
            raise _error(
                Unavailable, request, f"no connection to the device cloud ({_words(exc)})"
            ) from exc
        except httpx.DecodingError as exc:
            raise _unreadable(request, "an answer that could not be unpacked", 0, None) from exc
        except httpx.TransportError as exc:
            raise _lost(request, f"the device cloud did not answer ({_words(exc)})") from exc
        return _open(request, status, headers, body)

    def _headers(self, request: Request, token: str, offset_ms: int) -> dict[str, str]:
        stamp = str(int(self._clock() * 1000) + offset_ms)
        url = signing.signed_url(request.path, request.query)
        signature = signing.sign(
            client_id=self._account.client_id,
            secret=self._account.client_secret,
            token=token,
            stamp=stamp,
            text=signing.text_to_sign(request.method, url, request.body),
        )
        headers = {
            "client_id": self._account.client_id,
            "sign": signature,
            "t": stamp,
            "sign_method": "HMAC-SHA256",
        }
        headers |= {"access_token": token} if token else {}
        return headers | ({"Content-Type": "application/json"} if request.body else {})

    def _fetch(
        self, request: Request, headers: dict[str, str], left: Callable[[], None]
    ) -> tuple[int, httpx.Headers, bytes]:
        def trace(event: str, _details: object) -> None:
            if event.endswith("send_request_body.complete"):
                left()

        url = signing.wire_url(request.path, request.query)
        deadline = time.monotonic() + self._account.timeouts.total
        body = bytearray()
        with self._http.stream(
            request.method,
            url,
            content=request.body or None,
            headers=headers,
            extensions={"trace": trace},
        ) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    raise httpx.DecodingError("too long")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("total")
        return response.status_code, response.headers, bytes(body)


def _open(request: Request, status: int, headers: httpx.Headers, body: bytes) -> Answer:
    retry_after = _seconds(headers.get("retry-after"))
    try:
        envelope = _ENVELOPE.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        what = f"HTTP {status} without an envelope ({len(body)} bytes)"
        raise _unreadable(request, what, status, retry_after) from exc
    code = wire.number(envelope.code)
    code = wire.number(envelope.error_code) if code is None else code
    success = wire.flag(envelope.success)
    if success is None and not code:
        raise _unreadable(
            request,
            f"HTTP {status} with an envelope that does not say success",
            status,
            retry_after,
        )
    return Answer(
        success=bool(success),
        code=None if success else code,
        message=wire.text(envelope.msg) or wire.text(envelope.error_msg) or "",
        result=envelope.result,
        stamp_ms=wire.milliseconds(envelope.t),
        trace=wire.text(envelope.tid),
        retry_after=retry_after,
    )


def _seconds(header: str | None) -> float | None:
    """Read Retry-After, as seconds or as a date (RFC 9110 10.2.3)."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _lost(request: Request, message: str) -> TuyaError:
    """Name a silence: a read is simply unavailable, a write may have been carried out."""
    return _error(Unanswered if request.write else Unavailable, request, message)


def _unreadable(
    request: Request, message: str, status: int, retry_after: float | None
) -> TuyaError:
    """Name what is no envelope. A gateway's 429: nothing was done; its 502 leaves that open."""
    if status == TOO_MANY or (status >= SERVER_FAULT and not request.write):
        return _error(Unavailable, request, message, retry_after)
    return _error(Unanswered if request.write else Unintelligible, request, message)


def _error(
    kind: type[TuyaError],
    request: Request,
    message: str,
    retry_after: float | None = None,
) -> TuyaError:
    return kind(
        message, endpoint=request.endpoint, device_id=request.device_id, retry_after=retry_after
    )


def _words(exc: Exception) -> str:
    return str(exc) or type(exc).__name__
