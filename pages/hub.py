"""One PostgreSQL LISTEN connection for all open pages of this process. Never touches the ORM."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from django.db import connection

from . import heard
from .live import CHANNEL
from .news import News

logger = logging.getLogger(__name__)

FIRST_WAIT = 0.5  # seconds before the first try to reconnect; doubled each time
LONGEST_WAIT = 15.0


class Hub:
    """Hands each announcement to every open page of one event loop."""

    def __init__(self) -> None:
        """Start with nobody listening: the connection is opened for the first page."""
        self._listeners: set[News] = set()
        self._task: asyncio.Task[None] | None = None
        self._wait = FIRST_WAIT
        self._deaf = False
        self.closing = asyncio.Event()

    @contextlib.contextmanager
    def listening(self, topics: Iterable[str]) -> Iterator[News]:
        """Give the news of `topics` until the block ends."""
        news = News(topics)
        self._listeners.add(news)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen_for_ever())
        try:
            yield news
        finally:
            self._listeners.discard(news)
            if not self._listeners:
                self._task.cancel()

    def close(self) -> None:
        """End every stream now: the server is going down and waits for them."""
        self.closing.set()
        for news in self._listeners:
            news.arrived.set()

    def hear(self, payload: str) -> None:
        """Pass one announcement on; what cannot be read is logged and means nothing."""
        try:
            words = json.loads(payload)
            topic, ids = words["topic"], words["ids"]
        except (ValueError, KeyError, TypeError):
            logger.warning("announcement cannot be read", extra={"payload": payload[:200]})
            return
        heard.again()
        for news in self._listeners:
            news.add(topic, None if ids == "many" else ids)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as exc:
                logger.warning("live updates: database gone", extra={"error": str(exc).strip()})
            self._deaf = True
            await asyncio.sleep(self._wait * random.uniform(0.5, 1))  # noqa: S311  # not a secret
            self._wait = min(self._wait * 2, LONGEST_WAIT)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(**address(), autocommit=True) as conn:
            await conn.execute(f"LISTEN {CHANNEL}")
            self._wait = FIRST_WAIT
            heard.begin()
            try:
                if self._deaf:
                    self._catch_up()
                async for notice in conn.notifies():
                    self.hear(notice.payload)
            finally:
                heard.end()

    def _catch_up(self) -> None:
        """Nobody can say what was announced while the connection was gone: anything may be new."""
        self._deaf = False
        for news in self._listeners:
            news.anything()


def address() -> dict[str, Any]:
    """Return how to reach the database, as Django does, without what only Django's cursors use."""
    params = dict(connection.get_connection_params())
    for name in ("cursor_factory", "context", "prepare_threshold"):
        params.pop(name, None)
    return params
