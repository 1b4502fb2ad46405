"""One device as it truly is, and the rows that the cloud's log keeps of it."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.product import Product

ONLINE, OFFLINE, ACTIVATED, RESET, COMMAND = 1, 2, 3, 4, 5
UPGRADED, REPORTED, SIGNAL, RESTARTED, TIMER = 6, 7, 8, 9, 10

BY_DEVICE, BY_APP, BY_THIRD_PARTY, BY_CLOUD = "1", "2", "3", "4"
REMOVED_IN_APP, RESET_IN_APP, REMOVED_ON_PLATFORM = "5", "6", "11"

# How long the free edition keeps a log row.
RETENTION_MS = 7 * 86_400_000
# Sorts behind every row of the same millisecond.
LAST = 1 << 62


class LogRow(NamedTuple):
    """One event. `n` tells rows of the same millisecond apart, first is 1."""

    at: int
    n: int
    event_id: int
    source: str
    code: str | None = None
    value: str | None = None


@dataclass(slots=True)
class Device:
    """The truth about one device. Only `World` changes it, under its lock."""

    ordinal: int
    id: str
    product: Product
    name: str
    uid: str
    home: str
    uuid: str
    local_key: str
    mac: str | None
    sn: str | None
    ip: str
    online: bool
    status: dict[str, object]
    created_s: int
    active_s: int
    updated_s: int
    time_zone: str = "+08:00"
    gateway: str | None = None
    node_id: str = ""
    gone: str | None = None
    rows: list[LogRow] = field(default_factory=list)
    # History of before the start is made when somebody first asks for it.
    history_days: float = 0.0
    # State and presence at the start, kept from the first change until the history is made.
    start: tuple[dict[str, object], bool] | None = None

    @property
    def sub(self) -> bool:
        """Whether it hangs off a gateway."""
        return self.gateway is not None

    def remember_start(self) -> None:
        """Keep how it was at the start, because its history is made backwards from there."""
        if self.history_days and self.start is None:
            self.start = (dict(self.status), self.online)

    def add_row(
        self,
        at: int,
        event_id: int,
        source: str,
        *,
        code: str | None = None,
        value: str | None = None,
    ) -> LogRow:
        """Put a row at its place in time, also when it comes late."""
        place = bisect_right(self.rows, (at, LAST), key=lambda row: (row.at, row.n))
        before = self.rows[place - 1] if place else None
        number = before.n + 1 if before is not None and before.at == at else 1
        row = LogRow(at, number, event_id, source, code, value)
        self.rows.insert(place, row)
        return row

    def forget_before(self, at: int) -> None:
        """Drop rows that the cloud no longer keeps."""
        if self.rows and self.rows[0].at < at:
            del self.rows[: bisect_right(self.rows, (at, 0), key=lambda row: (row.at, row.n))]
