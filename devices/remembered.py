"""Figures of a big fleet, counted once in a few seconds and told again meanwhile, in each process.

Of a fleet that is counted quickly nothing is remembered: its figures are always those of now. What
grew old is told once more while it is counted anew behind the reader: nobody waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection
from django.utils.translation import get_language, override

logger = logging.getLogger(__name__)

Figure = TypeVar("Figure")

BIG = 2_000  # devices; fewer are counted in a few ms
LIFE_S = 5.0
LAST_S = 15.0  # what nobody asked for so long is no figure of now: who asks then waits
# Of a figure that takes a second to count and hardly changes in a day: told first as it was then,
# anew within the seconds that an open page takes to ask again.
LASTS_S = 600.0


@dataclass
class Counted:
    """A figure, when it was counted, and whether somebody counts it anew."""

    value: Any
    at: float = field(default_factory=time.monotonic)
    anew: bool = False


_known: dict[str, Counted] = {}
_lock = threading.Lock()


def figure(
    name: str,
    count: Callable[[], Figure],
    size: Callable[[Figure], int],
    *,
    lasts: float | None = None,
) -> Figure:
    """Return what `count` says, or said a moment ago of a fleet of so many devices."""
    known, now = _known.get(name), time.monotonic()
    if known is None or now - known.at >= (LAST_S if lasts is None else lasts):
        return _counted(name, count, size)
    if now - known.at >= LIFE_S and _is_first(known):
        work = (name, get_language() or "en", lambda: _counted(name, count, size))
        threading.Thread(None, _behind, f"counts {name}", work, daemon=True).start()
    found: Figure = known.value
    return found


def _counted(name: str, count: Callable[[], Figure], size: Callable[[Figure], int]) -> Figure:
    at = time.monotonic()
    fresh = count()
    if size(fresh) >= BIG:
        _known[name] = Counted(fresh, at)
    else:
        _known.pop(name, None)
    return fresh


def _is_first(known: Counted) -> bool:
    """Take the counting on oneself, if nobody did."""
    with _lock:
        first, known.anew = not known.anew, True
        return first


def _behind(name: str, language: str, count: Callable[[], Any]) -> None:
    """Count for whoever asks next; a failure is met by who asks when the old figure is too old."""
    try:
        with override(language):  # some figures are words
            count()
    except Exception:
        logger.exception("a figure was not counted", extra={"figure": name})
    finally:
        connection.close()
