"""Twenty ids a call, and how to find the one that spoils its batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from .errors import Kind, Refused

BATCH = 20  # ids a call: documented for the iot-03 family, safe for the older ones
T = TypeVar("T")


def slices(ids: list[str], size: int) -> list[list[str]]:
    """Cut the ids, in order, in parts of `size`."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def bisected(ids: list[str], call: Callable[[list[str]], T]) -> Iterator[T]:
    """Call with all; when an object is refused, with halves, down to it, and leave it out.

    One forbidden id makes the vendor refuse its whole batch with 1106.
    """
    try:
        yield call(ids)
    except Refused as error:
        if error.kind is not Kind.OBJECT:
            raise
        if len(ids) > 1:
            middle = len(ids) // 2
            yield from bisected(ids[:middle], call)
            yield from bisected(ids[middle:], call)
