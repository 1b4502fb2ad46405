"""The world's clock: the machine's time plus an offset that a test may move."""

import time
from datetime import UTC, datetime


class Clock:
    """Milliseconds since 1970, as the device cloud counts them."""

    def __init__(self, start_ms: int | None = None) -> None:
        """Start at the machine's time, or at `start_ms`."""
        self._offset_ms = 0 if start_ms is None else start_ms - self.machine_ms()

    @staticmethod
    def machine_ms() -> int:
        """Return the machine's own time, which callers sign with."""
        return time.time_ns() // 1_000_000

    def now_ms(self) -> int:
        """Return the world's time."""
        return self.machine_ms() + self._offset_ms

    def now(self) -> datetime:
        """Return the world's time, aware, in UTC."""
        return datetime.fromtimestamp(self.now_ms() / 1000, tz=UTC)

    def advance(self, seconds: float) -> None:
        """Let the world be `seconds` later."""
        self._offset_ms += int(seconds * 1000)
