"""Sends one request about some cells, in its place of the rate, and says what came of it.

Never inside a transaction; writes nothing but the reservation of the place.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from uuid import NAMESPACE_URL, uuid5

from . import outcomes, pace
from .held import Held
from .outcomes import Verdict
from .take import Floors
from .terms import SINK, Terms
from .ush import wire
from .ush.client import UshClient
from .ush.errors import UnansweredError, UndeliveredError
from .ush.wire import Format


@dataclass(frozen=True, slots=True)
class Desk:
    """What a forwarder works with: the client, the operator's terms, a clock, chance."""

    ush: UshClient
    terms: Terms
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    chance: Random = field(default_factory=Random)
    floors: Floors = field(default_factory=dict)  # see take: for one drain


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: which cells, why, when, how long, and what it means."""

    cells: tuple[Held, ...]
    kind: str
    at: datetime
    took: timedelta
    body: bytes
    verdict: Verdict

    @property
    def devices(self) -> int:
        """Count the USH devices in it."""
        return len({cell.ush_device_id for cell in self.cells})


def await_place(desk: Desk) -> bool:
    """Wait for a place in the rate; False when too many others wait already."""
    wait = pace.reserve(SINK, desk.terms.qps, desk.clock())
    if wait is None:
        return False
    if wait:
        desk.sleep(wait.total_seconds())
    return True


def send(desk: Desk, cells: Sequence[Held], kind: str) -> Sent:
    """Send cells as they are; whatever happens is a verdict."""
    at = desk.clock()
    body = _body(desk.terms, cells, at)
    started = time.monotonic()
    verdict = _post(desk, body)
    took = timedelta(seconds=time.monotonic() - started)
    return Sent(tuple(cells), kind, at, took, body, verdict)


def _post(desk: Desk, body: bytes) -> Verdict:
    try:
        answer = desk.ush.post(body)
    except UndeliveredError as exc:
        return outcomes.undelivered(str(exc))
    except UnansweredError as exc:
        return outcomes.unanswered(str(exc))
    return outcomes.judge(answer, desk.terms.format, desk.clock())


def _body(terms: Terms, cells: Sequence[Held], at: datetime) -> bytes:
    devices = tuple(
        wire.Device(device, tuple(wire.Property(cell.property, cell.value) for cell in found))
        for device, found in groupby(_ordered(cells), key=lambda cell: cell.ush_device_id)
    )
    if terms.format is Format.DEVICES:
        return wire.devices_body(devices)
    return wire.envelope_body(devices, terms.source_code, _request_id(cells), at)


def _ordered(cells: Sequence[Held]) -> list[Held]:
    return sorted(cells, key=lambda cell: (cell.ush_device_id, cell.property))


def _request_id(cells: Sequence[Held]) -> str:
    """Name the content: the same cells in the same versions keep their number when repeated."""
    content = ";".join(f"{cell.pk}:{cell.version}" for cell in _ordered(cells))
    return str(uuid5(NAMESPACE_URL, content))
