"""Tells open pages that something changed, in the caller's transaction. Carries keys only."""

import json
from collections.abc import Iterable

from django.db import connection

CHANNEL = "fleet"

TOPICS = frozenset({"devices", "logs", "operations", "delivery", "cloud", "exports"})

# PostgreSQL refuses a payload of 8,000 bytes or more; the rest is head-room.
LONGEST = 7_900


def announce(topic: str, ids: Iterable[str] = ()) -> None:
    """Say that `ids` of `topic` changed: heard at commit, never if the transaction rolls back.

    Meant once a batch. A list that would not fit is left out: the hearer then takes it that
    any of them may have changed.
    """
    if topic not in TOPICS:
        message = f"no page listens to {topic!r}; topics are {', '.join(sorted(TOPICS))}"
        raise ValueError(message)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload(topic, ids)])


def payload(topic: str, ids: Iterable[str]) -> str:
    """Return the words on the wire; `"ids": "many"` stands for a list that does not fit."""
    exact = json.dumps({"topic": topic, "ids": sorted(set(ids))}, separators=(",", ":"))
    if len(exact) < LONGEST:  # json.dumps escapes to ASCII, so characters are bytes
        return exact
    return json.dumps({"topic": topic, "ids": "many"}, separators=(",", ":"))
