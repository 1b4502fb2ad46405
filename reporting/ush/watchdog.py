"""Ends what takes too long. One thread for the life of a client, asleep between its looks.

A timer for each request would start a thread for each: a tenth of what a request costs.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchdog:
    """Calls `cut` when a watched block is not over within `longest` seconds."""

    def __init__(self, longest: float, cut: Callable[[], None]) -> None:
        """Keep both; the thread starts when it is first needed."""
        self._longest, self._cut = longest, cut
        self._condition = threading.Condition()
        self._ends: float | None = None
        self._thread: threading.Thread | None = None
        self._idle = self._over = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch a block, one at a time."""
        with self._condition:
            self._ends = time.monotonic() + self._longest
            self._wake()
        try:
            yield
        finally:
            with self._condition:
                self._ends = None

    def close(self) -> None:
        """End the thread."""
        with self._condition:
            self._over = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def _wake(self) -> None:
        """Start the thread or rouse it; one that sleeps for an earlier block looks in time."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        elif self._idle:
            self._condition.notify()

    def _watch(self) -> None:
        with self._condition:
            while not self._over:
                left = None if self._ends is None else self._ends - time.monotonic()
                if left is not None and left <= 0:
                    self._ends = None
                    self._cut()
                    continue
                self._idle = left is None
                self._condition.wait(left)
                self._idle = False
