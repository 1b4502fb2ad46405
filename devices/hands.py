"""Lets several hands work at once: a quota is only used up by waiting for answers side by side."""

from collections.abc import Callable, Iterable, Iterator
from threading import Event, Lock, Thread
from typing import Final, TypeVar

from django.db import connection

T = TypeVar("T")

MOST = 8
FEWEST_ITEMS = 4  # a hand with less to do costs more than it saves
END: Final = object()


def enough(qps: float, items: int) -> int:
    """How many hands are of use: an answer may take a second, and a second has so many calls."""
    return max(1, min(MOST, int(qps), items // FEWEST_ITEMS))


def share(items: Iterable[T], work: Callable[[T], None], count: int) -> None:
    """Hand the items out, each to one hand. The first error ends the handing out and is raised.

    Each hand has its own database connection and gives it back.
    """
    if count == 1:
        for item in items:
            work(item)
        return
    table = _Table(iter(items))
    hands = [Thread(target=_hand, args=(table, work), name=f"hand-{n}") for n in range(count)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    if table.faults:
        raise table.faults[0]


class _Table:
    """Where the hands take the next item from."""

    def __init__(self, items: Iterator[object]) -> None:
        self._items, self._lock = items, Lock()
        self.ended = Event()
        self.faults: list[Exception] = []

    def next(self) -> object:
        """Take the next item, or END."""
        if self.ended.is_set():
            return END
        with self._lock:
            return next(self._items, END)


def _hand(table: _Table, work: Callable[[T], None]) -> None:
    try:
        while (item := table.next()) is not END:
            work(item)  # type: ignore[arg-type]  # the table gives what was put on it, or END
    except Exception as exc:  # noqa: BLE001  it is raised where the hands are joined
        table.faults.append(exc)
        table.ended.set()
    finally:
        connection.close()
