"""Figures of a big fleet, counted once in a few seconds and told again meanwhile, in each process.

Of a fleet that is counted quickly nothing is remembered: its figures are always those of now.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

Figure = TypeVar("Figure")

BIG = 10_000  # devices; fewer are counted in a few ms
LIFE_S = 5.0

_known: dict[str, tuple[float, Any]] = {}


def figure(name: str, count: Callable[[], Figure], size: Callable[[Figure], int]) -> Figure:
    """Return what `count` says, or said a moment ago of a fleet of so many devices."""
    ends, counted = _known.get(name, (0.0, None))
    if time.monotonic() < ends:
        found: Figure = counted
        return found
    fresh = count()
    if size(fresh) >= BIG:
        _known[name] = (time.monotonic() + LIFE_S, fresh)
    return fresh
