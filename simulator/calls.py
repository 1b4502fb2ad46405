"""Remembers which calls came in and how they were answered. Keeps no header, so no token."""

from collections import deque
from threading import Lock
from typing import NamedTuple

from simulator.exchange import Reply, Request

KEPT = 200_000


class Call(NamedTuple):
    """One call. `code` is the envelope's code of a failure, None on success."""

    method: str
    path: str
    query: dict[str, str]
    body: object
    at: int
    status: int
    code: int | str | None
    troubles: tuple[str, ...]


class Calls:
    """The calls to the device cloud, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def note(self, request: Request, reply: Reply, at: int) -> None:
        """Remember one."""
        path = request.path
        if path.startswith("/v1.0/token/"):
            path = "/v1.0/token/*"
        body = request.json() if request.body else None
        call = Call(
            request.method,
            path,
            dict(request.query),
            body,
            at,
            reply.status,
            reply.code,
            reply.troubles,
        )
        with self._lock:
            self._calls.append(call)

    def listed(self) -> list[Call]:
        """Return them all."""
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._calls.clear()
