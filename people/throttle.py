"""Keeps one token from taking Fleet away from everybody: so many calls a minute, then 429.

Counted in Valkey, for all processes together. When that is away nobody is held up: it is a courtesy
between scripts, not a lock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from people.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

MINUTE = 60


class PerToken(BaseThrottle):
    """So many calls a minute for each token; people on pages are not counted."""

    def __init__(self) -> None:
        self.left = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call; False when the minute's are used up."""
        from people import counter  # noqa: PLC0415 - see there

        del view
        if not isinstance(request.auth, ApiToken) or not settings.TOKEN_CALLS_PER_MINUTE:
            return True
        minute, past = divmod(time.time(), MINUTE)
        self.left = MINUTE - past
        return counter.count(request.auth.pk, int(minute)) <= settings.TOKEN_CALLS_PER_MINUTE

    def wait(self) -> float:
        """Seconds until the next minute begins: what Retry-After says."""
        return self.left
