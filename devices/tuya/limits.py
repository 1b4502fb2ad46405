"""Keeping to the vendor's pace, and counting every call.

The shared forms live with the database; here is the contract and what one process needs.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol


class Pace(Protocol):
    """Asks when a call may be made."""

    def wait(self, kind: str) -> Callable[[], None]:
        """Block until a call of this kind ("read", "write") may be made, or raise `Unavailable`.

        What is returned is called as the request leaves: then alone it is known when that was.
        """


class Meter(Protocol):
    """Counts calls: the vendor's quota is the scarce good."""

    def count(self, endpoint: str, code: int | str, took_ms: int) -> None:
        """Note one call: endpoint template, outcome (`ok`, a vendor code, a word), duration."""


class OwnPace:
    """Evenly spaced calls within this process: `rate` a second; 0 means unbounded."""

    def __init__(
        self,
        rate: float = 0.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1.0 / rate if rate > 0 else 0.0
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, kind: str) -> Callable[[], None]:  # noqa: ARG002  one process needs no lanes
        """Take the next free slot and sleep until it comes; the sleep is outside the lock."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next)
            self._next = slot + self._gap
        if slot > now:
            self._sleep(slot - now)
        return _nothing


def _nothing() -> None:
    """Nobody else wants to know."""


class OwnMeter:
    """Calls by endpoint and outcome, in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: Counter[tuple[str, int | str]] = Counter()

    def count(self, endpoint: str, code: int | str, took_ms: int) -> None:  # noqa: ARG002  durations are not kept
        """Add one."""
        with self._lock:
            self.calls[endpoint, code] += 1

    @property
    def total(self) -> int:
        """All calls so far."""
        return self.calls.total()
