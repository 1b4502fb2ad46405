"""Keeps one token from taking Fleet away from everybody: so many calls a minute, then 429.

Counted in Valkey, for all processes together. When that is away nobody is held up: it is a courtesy
between scripts, not a lock.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from rest_framework.throttling import BaseThrottle

from people.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

MINUTE = 60
PATIENCE_S = 0.2


@cache
def broker(url: str) -> redis.Redis:
    """One pool of connections a process."""
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, max_connections=50
    )


class PerToken(BaseThrottle):
    """So many calls a minute for each token; people on pages are not counted."""

    def __init__(self) -> None:
        self.left = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call; False when the minute's are used up."""
        del view
        if not isinstance(request.auth, ApiToken) or not settings.TOKEN_CALLS_PER_MINUTE:
            return True
        minute, past = divmod(time.time(), MINUTE)
        self.left = MINUTE - past
        return _count(request.auth.pk, int(minute)) <= settings.TOKEN_CALLS_PER_MINUTE

    def wait(self) -> float:
        """Seconds until the next minute begins: what Retry-After says."""
        return self.left


def _count(token: int, minute: int) -> int:
    key = f"fleet:calls:{token}:{minute}"
    try:
        with broker(settings.BROKER_URL).pipeline(transaction=False) as words:
            words.incr(key)
            words.expire(key, 2 * MINUTE)
            return int(words.execute()[0])
    except (redis.RedisError, OSError) as problem:
        logger.warning("calls are not counted", extra={"error": type(problem).__name__})
        return 0
