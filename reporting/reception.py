"""Takes letters in, behind the door: translates them, writes cells, notes what has no word.

In the caller's transaction, under the shared lock of the mapping: whoever changes the mapping waits
for this, and whoever comes afterwards sees the new one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from . import cells, sinks, tables
from .cells import News
from .letters import StateReported
from .mapping import Table, map_state, told_of
from .models import Sink, Unmapped


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch of letters: cells that are now to be sent, values left unheard."""

    waiting: int = 0
    unheard: int = 0


def receive(states: Sequence[StateReported], now: datetime, window: timedelta) -> Taken:
    """Store what devices came to."""
    tables.share()
    sink = sinks.ensure()
    return _store(states, sink, tables.of(sink.mapping_mark), now, window)


def retell(states: Sequence[StateReported], now: datetime) -> Taken:
    """Store what devices say by a mapping that changed; what it tells no more is forgotten.

    The caller holds the devices, so that nothing newer comes in between.
    """
    tables.share()
    sink = sinks.ensure()
    table = tables.of(sink.mapping_mark)
    keys = {state.device_key for state in states}
    cells.reopen(sink.name, keys, {one for state in states for one in told_of(state, table)})
    Unmapped.objects.filter(device_key__in=keys).delete()
    return _store(states, sink, table, now, timedelta(0))


def forget(device_keys: Collection[str]) -> None:
    """Forget devices that left."""
    cells.forget(device_keys)
    Unmapped.objects.filter(device_key__in=device_keys).delete()


def _store(
    states: Sequence[StateReported], sink: Sink, table: Table, now: datetime, window: timedelta
) -> Taken:
    news, unheard = _mapped(states, table)
    waiting = cells.store(sink.name, news, now, window)
    _note_unheard(unheard, now)
    return Taken(waiting, len(unheard))


def _mapped(
    states: Sequence[StateReported], table: Table
) -> tuple[list[News], list[tuple[str, str, str, str]]]:
    """Translate; of two letters about one property the newer counts, of equals the later."""
    newest: dict[tuple[str, str], News] = {}
    unheard: dict[tuple[str, str, str, str], None] = {}
    for state in states:
        translation = map_state(state, table)
        for ush_id, told in translation.told.items():
            for name, mapped in told.items():
                known = newest.get((ush_id, name))
                if known is None or mapped.at >= known.source_at:
                    near = ",".join(sorted(mapped.near))
                    one = News(state.device_key, ush_id, name, mapped.value, mapped.at, near)
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
