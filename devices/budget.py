"""How many calls a month leaves, and what of that each kind of reading may take. Pure.

The least valuable reads give way first: orders of staff are always carried out while a single call
is left, then lists of devices, then logs.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Of what the month leaves, evenly spread: the rest stays for orders, specifications and people.
FOR_LISTS, FOR_LOGS = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Budget:
    """The month's calls. `limit` None: the project has no monthly quota."""

    limit: int | None
    used: int
    now: datetime

    @property
    def left(self) -> int | None:
        """Calls left in this month; never below zero."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def spent(self) -> bool:
        """Whether no call may be made before the month ends."""
        return self.left == 0

    def per_second(self) -> float | None:
        """Calls a second that last until the month ends."""
        if self.left is None:
            return None
        return self.left / max(1.0, (month_end(self.now) - self.now).total_seconds())

    def list_wait(self, calls: int) -> timedelta:
        """How long to wait after a look that cost so many calls, before the next."""
        rate = self.per_second()
        if rate is None:
            return timedelta(0)
        if rate == 0:
            return month_end(self.now) - self.now
        seconds = calls / (rate * FOR_LISTS)
        return min(timedelta(seconds=seconds), month_end(self.now) - self.now)

    def logs_in(self, span: timedelta) -> int | None:
        """How many calls the reading of logs may make in a span; None: as many as it needs."""
        rate = self.per_second()
        return None if rate is None else int(rate * FOR_LOGS * span.total_seconds())

    def ends_at(self) -> datetime | None:
        """When the calls end at the pace of this month so far; None: they last."""
        if self.left is None or not self.used:
            return None
        gone = (self.now - month_start(self.now)).total_seconds()
        ends = self.now + timedelta(seconds=self.left * gone / self.used)
        return ends if ends < month_end(self.now) else None


def month_start(now: datetime) -> datetime:
    """Return the first moment of the month; the vendor's quotas reset monthly."""
    return datetime(now.year, now.month, 1, tzinfo=UTC)


def month_end(now: datetime) -> datetime:
    """Return the first moment of the next month."""
    days = calendar.monthrange(now.year, now.month)[1]
    return month_start(now) + timedelta(days=days)
