"""The door: takes letters inside the caller's transaction, so that news and history are one.

It maps, stores and rings; it never talks to USH and never fails because of the broker.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import transaction

from . import bell, cells, phrases, reception, sinks, source, tasks, terms
from .letters import DeviceGone, Letter, StateReported
from .models import Cell, Sink
from .reception import Taken

__all__ = ["CellView", "Taken", "knowledge", "resync", "take", "view", "wake_after_commit"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CellView:
    """What USH has been told of one property, for pages and REST."""

    device_key: str
    name: str  # of the device; empty where it was not asked for
    ush_device_id: str
    property: str
    value: str
    source_at: int
    acked_value: str | None
    acked_known: bool
    acked_at: datetime | None
    dirty: bool
    first_dirty_at: datetime
    lane: str
    attempts: int
    next_try_at: datetime
    last_error: str
    last_http: int | None
    discarded: bool
    since: datetime  # when the device came to its value, by the vendor's clock
    drifts: bool  # USH believes something else than what the device says


def take(letters: Iterable[Letter], now: datetime) -> Taken:
    """Store what the letters say, in the caller's transaction; wake the forwarder after commit.

    Order matters within one batch: what follows a DeviceGone starts from nothing.
    """
    gone, states = _folded(letters)
    if gone:
        reception.forget(gone)
    if not states:
        return Taken()
    window = terms.current().window
    taken = reception.receive(states, now, window)
    if taken.waiting:
        wake_after_commit(window.total_seconds())
    return taken


def knowledge(device_key: str) -> list[CellView]:
    """Tell what USH knows of one device, property by property."""
    rows = Cell.objects.filter(device_key=device_key).order_by("ush_device_id", "property")
    return [view(cell) for cell in rows]


def views(cells: Iterable[Cell]) -> list[CellView]:
    """Show cells of several devices, each with its device's name."""
    rows = list(cells)
    names = source.current().names({cell.device_key for cell in rows})
    return [view(cell, names.get(cell.device_key, "")) for cell in rows]


def view(cell: Cell, name: str = "") -> CellView:
    """Show one cell to a reader."""
    derived: dict[str, Any] = {
        "name": name,
        "last_error": phrases.translated(cell.last_error),
        "dirty": cell.version > cell.acked_version,
        "since": datetime.fromtimestamp(cell.source_at / 1000, UTC),
        "drifts": cell.acked_value is not None and cell.acked_value != cell.value,
    }
    same = {name: getattr(cell, name) for name in CellView.__dataclass_fields__.keys() - derived}
    return CellView(**same, **derived)


def resync(now: datetime, device_keys: Iterable[str] | None = None) -> int:
    """Tell USH everything again, or all of some devices; give how many cells will be sent."""
    sink = sinks.ensure()
    with transaction.atomic():
        count = cells.tell_again(sink.name, now, device_keys)
        if device_keys is None:
            Sink.objects.filter(pk=sink.pk).update(resynced_at=now)
        wake_after_commit(0)
    return count


def doubt_all(now: datetime) -> int:
    """Tell USH everything again, for what it took is not certain; give how many cells."""
    with transaction.atomic():
        Cell.objects.update(acked_known=False)
        return resync(now)


def _folded(letters: Iterable[Letter]) -> tuple[set[str], list[StateReported]]:
    gone: set[str] = set()
    states: dict[str, list[StateReported]] = {}
    for letter in letters:
        if isinstance(letter, DeviceGone):
            gone.add(letter.device_key)
            states.pop(letter.device_key, None)
        else:
            states.setdefault(letter.device_key, []).append(letter)
    return gone, [state for found in states.values() for state in found]


def wake_after_commit(delay: float) -> None:
    """Wake the forwarder `delay` seconds after the present transaction is safe.

    Who attends hears it at the commit itself; only where nobody does a task is rung for.
    """
    if not bell.ring(delay):
        transaction.on_commit(partial(_ring, delay))


def _ring(delay: float) -> None:
    """Ring for a task when the batching window ends. Beat does it a second later anyway."""
    try:
        tasks.forward.apply_async(countdown=delay or None, expires=delay + 30, retry=False)
    except Exception as exc:  # noqa: BLE001  whatever the broker does, the change is stored already
        logger.warning(
            "forwarder not woken, the next beat will", extra={"fault": type(exc).__name__}
        )
