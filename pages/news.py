"""What one open page has not been told yet: bounded, newest words joined. No I/O, no Django."""

import asyncio
import json
from collections.abc import Iterable

# More ids than a page has rows; above it, "any of them" is as useful and costs nothing.
MOST_IDS = 250

Ids = set[str] | None  # None: any of them may have changed


class News:
    """Joins announcements for one listener, so that a slow reader costs a fixed amount."""

    def __init__(self, topics: Iterable[str]) -> None:
        """Listen to `topics` only."""
        self.topics = frozenset(topics)
        self.arrived = asyncio.Event()
        self._pending: dict[str, Ids] = {}

    def add(self, topic: str, ids: Iterable[str] | None) -> None:
        """Remember that `ids` of `topic` changed; None means that any may have."""
        if topic not in self.topics:
            return
        known = self._pending.get(topic, set())
        joined = None if ids is None or known is None else known | set(ids)
        self._pending[topic] = None if joined is None or len(joined) > MOST_IDS else joined
        self.arrived.set()

    def anything(self) -> None:
        """Say that all topics may have changed: what was announced meanwhile is not known."""
        for topic in self.topics:
            self.add(topic, None)

    def take(self) -> str:
        """Return what is pending as one line of JSON, and forget it."""
        words = {
            topic: "many" if ids is None else sorted(ids)
            for topic, ids in sorted(self._pending.items())
        }
        self._pending.clear()
        self.arrived.clear()
        return json.dumps(words, separators=(",", ":"))
