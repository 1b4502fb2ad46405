"""Whether this process hears announcements, and how many it has heard. Counts only."""

import threading

_lock = threading.Lock()
_ears = 0  # hubs that listen now; one for each event loop
_count = 0


def begin() -> None:
    """Say that a hub listens from now on: what was announced before is not known."""
    _change(ears=1)


def end() -> None:
    """Say that a hub listens no longer."""
    _change(ears=-1)


def again() -> None:
    """Count an announcement."""
    _change()


def moment() -> int | None:
    """Return a number that every announcement changes; None while nobody listens."""
    with _lock:
        return _count if _ears else None


def _change(ears: int = 0) -> None:
    global _ears, _count  # noqa: PLW0603  one pair a process, guarded by the lock
    with _lock:
        _ears += ears
        _count += 1
