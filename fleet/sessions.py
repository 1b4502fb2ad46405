"""Finds what many sessions' people may do in one look, which begins after each of them asked."""

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.utils import timezone

from pages.shared import rights
from people.bearers import signed_in
from people.rights import Right

logger = logging.getLogger(__name__)

Rights = frozenset[Right]
NOT_LOOKED_UP = "sessions were not looked up; Django asks for each by itself"


class Sessions:
    """Collects the sessions of an event loop that are asked for while it looks for others."""

    def __init__(self) -> None:
        """Begin with nobody asking; one thread looks."""
        self._asked: dict[str, asyncio.Future[Rights | None]] = {}
        self._thread = ThreadPoolExecutor(1, "sessions")
        self._looking: asyncio.Task[None] | None = None

    async def rights(self, session: str) -> Rights | None:
        """Return what the person of a session may do; None where Django has to decide."""
        if session not in self._asked:
            self._asked[session] = asyncio.get_running_loop().create_future()
        found = self._asked[session]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(found)

    async def _look(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            found: dict[str, Rights] = {}
            try:
                found = await asyncio.wrap_future(self._thread.submit(_found, asked))
            except DatabaseError as problem:  # Django says the same to each, at length
                logger.warning(NOT_LOOKED_UP, extra={"error": str(problem).strip()})
            except Exception:
                logger.exception(NOT_LOOKED_UP)
            for session, one in asked.items():
                one.set_result(found.get(session))


def _found(sessions: Iterable[str]) -> dict[str, Rights]:
    try:
        people: dict[str, User] = signed_in(sessions, timezone.now())
        known = {
            user.pk: rights(user) for user in {one.pk: one for one in people.values()}.values()
        }
        return {session: known[user.pk] for session, user in people.items()}
    finally:
        connection.close()  # back to the pool
