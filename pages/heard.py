"""What this process has heard announced: how much, and the last of it. No I/O, no Django."""

import secrets
import threading
from collections import deque
from typing import NamedTuple

KEPT = 500  # announcements; of 8 kB at most each
DIGITS = 18  # of a count; longer is no mark of ours

_PROCESS = secrets.token_hex(4)  # another process has heard other things
_lock = threading.Lock()
_ears = 0  # hubs that listen now; one for each event loop
_count = 0


class Announced(NamedTuple):
    """One announcement; `ids` is None where any of the topic may have changed."""

    place: int
    topic: str
    ids: tuple[str, ...] | None


_recent: deque[Announced] = deque(maxlen=KEPT)


def begin() -> None:
    """Say that a hub listens from now on: what was announced before is not known."""
    _forget(ears=1)


def end() -> None:
    """Say that a hub listens no longer."""
    _forget(ears=-1)


def again(topic: str, ids: list[str] | None) -> None:
    """Count an announcement, and keep it for pages that open their stream after it."""
    global _count  # noqa: PLW0603  one a process, guarded by the lock
    with _lock:
        _count += 1
        _recent.append(Announced(_count, topic, None if ids is None else tuple(ids)))


def moment() -> int | None:
    """Return a number that every announcement changes; None while nobody listens."""
    with _lock:
        return _count if _ears else None


def mark() -> str:
    """Return what `since` understands: "3f09ab12.17"; empty while nobody listens."""
    now = moment()
    return "" if now is None else f"{_PROCESS}.{now}"


def place(marked: str) -> int | None:
    """Return how much had been heard when a mark was given; None if another process gave it."""
    process, _, digits = marked.partition(".")
    if process != _PROCESS or not digits.isdecimal() or len(digits) > DIGITS:
        return None
    return int(digits)


def since(marked: str) -> list[Announced] | None:
    """Return what was announced after a mark was given; None where that is not known any more."""
    told = place(marked)
    if told is None:
        return None
    with _lock:
        if not _ears or not 0 <= _count - told <= len(_recent):
            return None
        return [one for one in _recent if one.place > told]


def _forget(ears: int) -> None:
    global _ears, _count  # noqa: PLW0603  one pair a process, guarded by the lock
    with _lock:
        _ears += ears
        _count += 1
        _recent.clear()
