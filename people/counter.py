"""Counts the calls of each token in Valkey, for all processes together.

Apart from `people.throttle`, because Valkey's client takes 8 MB: who loads REST's views without
serving them, such as a command that exports rows, need not load it.
"""

from __future__ import annotations

import logging
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

MINUTE = 60
PATIENCE_S = 0.2


@cache
def broker(url: str) -> redis.Redis:
    """One pool of connections a process."""
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, max_connections=50
    )


def count(token: int, minute: int) -> int:
    """One more call of this token; how many the minute has. 0 while Valkey is away."""
    key = f"fleet:calls:{token}:{minute}"
    try:
        with broker(settings.BROKER_URL).pipeline(transaction=False) as words:
            words.incr(key)
            words.expire(key, 2 * MINUTE)
            return int(words.execute()[0])
    except (redis.RedisError, OSError) as problem:
        logger.warning("calls are not counted", extra={"error": type(problem).__name__})
        return 0
