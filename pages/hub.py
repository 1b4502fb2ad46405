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
LINGER = 60.0  # seconds after the last page went: the next one is told exactly what it missed


class Hub:
    """Hands each announcement to every open page of one event loop."""

    def __init__(self, linger: float = LINGER) -> None:
        """Start with nobody listening: the connection is opened for the first page."""
        self._listeners: set[News] = set()
        self._task: asyncio.Task[None] | None = None
        self._linger = linger
        self._wait = FIRST_WAIT
        self._hears = False
        self.closing = asyncio.Event()

    @contextlib.contextmanager
    def listening(self, topics: Iterable[str], marked: str = "") -> Iterator[News]:
        """Give the news of `topics` since a mark was given, until the block ends."""
        news = News(topics)
        self._listeners.add(news)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen_for_ever())
        if self._hears:  # else it is told that anything may be new as soon as we do
            _tell_missed(news, marked)
        try:
            yield news
        finally:
            self._listeners.discard(news)
            linger = 0 if self.closing.is_set() else self._linger
            asyncio.get_running_loop().call_later(linger, self._rest)

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
        heard.again(topic, None if ids == "many" else ids)
        for news in self._listeners:
            news.add(topic, None if ids == "many" else ids)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as exc:
                logger.warning("live updates: database gone", extra={"error": str(exc).strip()})
            await asyncio.sleep(self._wait * random.uniform(0.5, 1))  # noqa: S311  # not a secret
            self._wait = min(self._wait * 2, LONGEST_WAIT)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(**address(), autocommit=True) as conn:
            await conn.execute(f"LISTEN {CHANNEL}")
            self._wait = FIRST_WAIT
            heard.begin()
            self._hears = True
            try:
                self._catch_up()
                async for notice in conn.notifies():
                    self.hear(notice.payload)
            finally:
                self._hears = False
                heard.end()

    def _catch_up(self) -> None:
        """Nobody can say what was announced before the connection stood: anything may be new."""
        for news in self._listeners:
            news.anything()

    def _rest(self) -> None:
        """Let the connection go if no page came meanwhile."""
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task, self._hears = None, False  # a page of the next moment starts another


def _tell_missed(news: News, marked: str) -> None:
    missed = heard.since(marked)
    if missed is None:
        return news.anything()
    for one in missed:
        news.add(one.topic, one.ids)
    return None


def address() -> dict[str, Any]:
    """Return how to reach the database, as Django does, without what only Django's cursors use."""
    params = dict(connection.get_connection_params())
    for name in ("cursor_factory", "context", "prepare_threshold"):
        params.pop(name, None)
    return params
