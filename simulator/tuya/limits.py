"""The device cloud's own limits: calls a second and calls a month."""

import time
from collections import deque
from datetime import datetime
from threading import Lock

from simulator.tuya.refusal import Refusal


class Limits:
    """Counts calls. Without limits it lets everything through."""

    def __init__(self, qps: float | None, monthly_calls: int | None) -> None:
        self._qps = qps
        self._monthly = monthly_calls
        self._lock = Lock()
        self._lately: deque[float] = deque()
        self._month = ""
        self.used = 0

    def count(self, now: datetime, *, business: bool) -> None:
        """Count one call; refuse it when it is one too many. Tokens count, but are always given."""
        with self._lock:
            if f"{now:%Y-%m}" != self._month:
                self._month, self.used = f"{now:%Y-%m}", 0
            self._check_second(time.monotonic())
            self.used += 1
            if business and self._monthly is not None and self.used > self._monthly:
                raise Refusal(28841004)

    def _check_second(self, moment: float) -> None:
        if self._qps is None:
            return
        while self._lately and self._lately[0] <= moment - 1.0:
            self._lately.popleft()
        if len(self._lately) >= max(1, self._qps):
            raise Refusal(1110)
        self._lately.append(moment)
