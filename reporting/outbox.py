"""The door: takes letters inside the caller's transaction, so that news and history are one.

It maps, stores and rings; it never talks to USH and never fails because of the broker.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from . import cells, phrases, sinks, tasks, terms
from .cells import News
from .letters import DeviceGone, Letter, StateReported
from .mapping import map_state
from .models import Cell, Unmapped

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch of letters: cells that are now to be sent, values left unheard."""

    waiting: int = 0
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class CellView:
    """What USH has been told of one property, for pages and REST."""

    device_key: str
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


def take(letters: Iterable[Letter], now: datetime) -> Taken:
    """Store what the letters say, in the caller's transaction; wake the forwarder after commit.

    Order matters within one batch: what follows a DeviceGone starts from nothing.
    """
    gone, states = _folded(letters)
    _forget(gone)
    if not states:
        return Taken()
    sink, window = sinks.ensure(), terms.current().window
    news, unheard = _mapped(states)
    waiting = cells.store(sink.name, news, now, window)
    _note_unheard(unheard, now)
    if waiting:
        wake_after_commit(window.total_seconds())
    return Taken(waiting, len(unheard))


def knowledge(device_key: str) -> list[CellView]:
    """Tell what USH knows of one device, property by property."""
    rows = Cell.objects.filter(device_key=device_key).order_by("ush_device_id", "property")
    return [view(cell) for cell in rows]


def view(cell: Cell) -> CellView:
    """Show one cell to a reader."""
    same = {name: getattr(cell, name) for name in CellView.__dataclass_fields__ if name != "dirty"}
    same["last_error"] = phrases.translated(cell.last_error)
    return CellView(**same, dirty=cell.version > cell.acked_version)


def resync(now: datetime, device_keys: Iterable[str] | None = None) -> int:
    """Tell USH everything again, or all of some devices; give how many cells will be sent."""
    sink = sinks.ensure()
    with transaction.atomic():
        count = cells.tell_again(sink.name, now, device_keys)
        wake_after_commit(0)
    return count


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


def _forget(device_keys: set[str]) -> None:
    if device_keys:
        cells.forget(device_keys)
        Unmapped.objects.filter(device_key__in=device_keys).delete()


def _mapped(states: list[StateReported]) -> tuple[list[News], list[tuple[str, str, str, str]]]:
    """Translate; of two letters about one property the newer counts, of equals the later."""
    newest: dict[tuple[str, str], News] = {}
    unheard: dict[tuple[str, str, str, str], None] = {}
    for state in states:
        translation = map_state(state)
        for ush_id, told in translation.told.items():
            for name, mapped in told.items():
                known = newest.get((ush_id, name))
                if known is None or mapped.at >= known.source_at:
                    one = News(state.device_key, ush_id, name, mapped.value, mapped.at)
                    newest[ush_id, name] = one
        for found in translation.unheard:
            unheard[state.device_key, found.code, found.value, found.reason] = None
    return list(newest.values()), list(unheard)


UNHEARD = """
INSERT INTO reporting_unmapped AS known
    (device_key, code, value, reason, count, first_seen_at, last_seen_at)
SELECT news.*, 1, %(now)s, %(now)s
FROM unnest(%(device_key)s::text[], %(code)s::text[], %(value)s::text[], %(reason)s::text[])
     AS news (device_key, code, value, reason)
ORDER BY 2, 3, 4, 1
ON CONFLICT (code, value, reason, device_key)
DO UPDATE SET count = known.count + 1, last_seen_at = excluded.last_seen_at
"""


def _note_unheard(unheard: list[tuple[str, str, str, str]], now: datetime) -> None:
    if not unheard:
        return
    names = ("device_key", "code", "value", "reason")
    columns: dict[str, Any] = dict(zip(names, map(list, zip(*unheard, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(UNHEARD, columns | {"now": now})


def wake_after_commit(delay: float) -> None:
    """Wake the forwarder `delay` seconds after the present transaction is safe."""
    transaction.on_commit(partial(_ring, delay))


def _ring(delay: float) -> None:
    """Wake the forwarder when the batching window ends. Beat does it a second later anyway."""
    try:
        tasks.forward.apply_async(countdown=delay or None, expires=delay + 30, retry=False)
    except Exception as exc:  # noqa: BLE001  whatever the broker does, the change is stored already
        logger.warning(
            "forwarder not woken, the next beat will", extra={"fault": type(exc).__name__}
        )
