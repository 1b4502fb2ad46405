"""Everything that can be chosen about a simulation before it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.product import Product

CLIENT_ID = "simulator-client-id0"
CLIENT_SECRET = "simulator-secret-0123456789abcde"  # noqa: S105 - published, opens nothing but a toy


@dataclass(frozen=True, slots=True)
class Options:
    """Choices with the defaults that tests want: quiet, no history, no limits."""

    devices: int = 50
    seed: int = 1
    # 1.0: a lively house, about thirty events a device and hour. 0: nothing happens by itself.
    activity: float = 0.0
    # Days of log history from before the start.
    days: float = 0.0
    # A products file, a list of products, or none for the built-in catalogue.
    products: str | Path | Sequence[Product] | None = None
    # How many app accounts are linked; devices are spread over them.
    users: int = 1
    # The world's time at the start, in milliseconds; none: the machine's time.
    start: int | None = None
    host: str = "127.0.0.1"
    port: int = 0
    # Seconds that every answer takes.
    latency: float = 0.0
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    token_life: int = 7200
    # Calls a second and a month that the device cloud grants; none: no limit.
    qps: float | None = None
    monthly_calls: int | None = None
    # Whether the project bought the paid log service.
    paid_logs: bool = True
    # Whether logs of a device stay readable after it went; nothing published decides it.
    logs_after_reset: bool = True
    logs_after_remove: bool = False
    # Whether the old USH address also takes the header-and-body format of 2019-11-18.
    ush_envelope_on_old_path: bool = False
    # Whether USH refuses names and values that it never published.
    ush_vocabulary: bool = False
