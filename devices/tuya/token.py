"""The project's access token and where it is kept. Never shown, never logged.

One token serves all processes. The vendor answers the same living token to a repeated request, and
a refresh kills the old pair (doc Kage5lhwplq2i): so Fleet never refreshes, it asks anew, one
process at a time, under the store's lock.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

MARGIN_MS = 60_000  # renew this long before the deadline: the SDKs' habit


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token. Both stamps are on the vendor's clock."""

    access: str
    deadline_ms: int
    renew_ms: int  # from here on a new one is asked for
    refresh: str = ""
    uid: str = ""  # the project's own user, no app user

    def __repr__(self) -> str:
        """Hide the token itself."""
        return f"Token(deadline_ms={self.deadline_ms})"


def token_living(
    *, access: str, asked_ms: int, life_s: int, refresh: str = "", uid: str = ""
) -> Token:
    """Date a token. A short rest of life is halved: asking again would give the same token."""
    life_ms = life_s * 1000
    deadline = asked_ms + life_ms
    renew = deadline - min(MARGIN_MS, life_ms // 2)
    return Token(access=access, deadline_ms=deadline, renew_ms=renew, refresh=refresh, uid=uid)


class TokenStore(Protocol):
    """Where all processes of one project share their token."""

    def load(self) -> Token | None:
        """Return the stored token, or None."""

    def save(self, token: Token) -> None:
        """Keep a new token for all."""

    def lock(self) -> AbstractContextManager[object]:
        """Hold the right to ask for a new token, over all processes; blocks until it is free."""


class OwnToken:
    """A token kept in this process only: for tests and single-process tools."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None

    def load(self) -> Token | None:
        """Return the token, if any."""
        return self._token

    def save(self, token: Token) -> None:
        """Keep it."""
        self._token = token

    def lock(self) -> AbstractContextManager[object]:
        """Let one thread in at a time."""
        return self._lock
