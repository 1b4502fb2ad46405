"""How soon open pages hear of a change and show it, with hundreds of them on one web process.

A web process as `make run` starts it. Every page is an event stream over HTTP, and asks for its
part anew when it is told, as static/fleet/live.js does; what comes back must hold the change.
"""

import asyncio
import gzip
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks import crowd
from benchmarks.export import cpu_s, web
from benchmarks.figures import Figures, Limit, percentile
from benchmarks.pages import EMPTY
from devices import annotations, operations
from devices.models import Device, Operation
from devices.orders import Order
from fleet.prepare import collect
from people.groups import give
from people.roles import Role
from reporting import steering

PAGES, PAGES_FULL = 100, 500  # open at once
CHANGES, CHANGES_FULL = 6, 8  # of each kind
DEVICES, ROWS = 1_000, 100_000
PEOPLE = 40  # signed in, of all four roles
PATIENCE_S = 60.0
REST_S = 1.5  # between two changes: often within the pause that a stream keeps between two events
JITTER_S = 0.15  # as static/fleet/live.js
WATCHED_S = 5.0
WITHIN_S = 2
FORMS = "a" * 32  # the secret of forms: a browser has it from the page
Parts = Sequence[tuple[str, str]]  # an address, and which part of the page is asked for


@dataclass
class Page:
    """An open page: what it follows, what it fetches, and what it was told."""

    kind: str
    topics: str
    parts: Parts
    only: str = ""  # the one id that concerns it
    cookie: str = ""  # of the person who opened it
    mark: str = ""  # what it has been told
    told: asyncio.Queue[tuple[float, dict[str, Any]]] = field(default_factory=asyncio.Queue)

    def concerns(self, news: dict[str, Any]) -> bool:
        """Whether it asks for its parts anew, as the script of the page decides."""
        return not self.only or any(ids == "many" or self.only in ids for ids in news.values())


@dataclass
class Server:
    """The web process."""

    port: int
    pid: int

    async def send(
        self, address: str, cookie: str, *headers: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Ask; the answer is read by the caller."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        person = f"Cookie: fleet_session={cookie}; fleet_csrf={FORMS}"
        head = [f"GET {address} HTTP/1.1", "Host: 127.0.0.1", person, *headers]
        writer.write("\r\n".join([*head, "", ""]).encode())
        return reader, writer

    async def mark(self, cookie: str) -> str:
        """Return what a page that is loaded now carries: its stream tells what came after it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                reader, writer = await self.send("/exports/", cookie, "Connection: close")
                found = re.search(rb'data-live-mark="([^"]+)"', await reader.read())
                writer.close()
                if found:  # there is none before the process listens
                    return found[1].decode()
                await asyncio.sleep(0.1)

    async def parts(self, page: Page) -> list[str]:
        """Fetch what an open page asks for anew."""
        return await asyncio.gather(*(self._part(page, *part) for part in page.parts))

    async def _part(self, page: Page, address: str, target: str) -> str:
        hx = ("HX-Request: true", f"HX-Target: {target}", f"X-Fleet-Mark: {page.mark}")
        said = (*hx, "Accept-Encoding: gzip", "Connection: close")
        reader, writer = await self.send(address, page.cookie, *said)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert head.startswith(b"HTTP/1.1 200"), (address, head)
        return gzip.decompress(body).decode()


def run(*, full: bool) -> Figures:
    """Open the pages, let changes happen, and note when each page was told and when it showed."""
    connection.cursor().execute(EMPTY)
    crowd.build(DEVICES, ROWS)
    collect()  # a whole page names its static files
    cookies, user = _people()
    with web() as (port, process):
        server = Server(port, process.pid)
        figures = asyncio.run(_story(server, cookies, user, full=full))
    connection.cursor().execute("TRUNCATE devices_operation CASCADE")
    connection.cursor().execute(EMPTY)
    return figures


def _people() -> tuple[list[str], User]:
    """Sign in people of every role; the last of them is an admin."""
    cookies = []
    for number in range(PEOPLE):
        user = User.objects.create_user(f"bench-{number}")
        give(user, list(Role)[number % len(Role)])
        browser = Client()
        browser.force_login(user)
        cookies.append(browser.cookies["fleet_session"].value)
    return cookies, user


async def _story(server: Server, cookies: Sequence[str], user: User, *, full: bool) -> Figures:
    first = await asyncio.to_thread(lambda: list(Device.objects.order_by("name", "id")[:25]))
    pages = _pages(first, PAGES_FULL if full else PAGES)
    for number, page in enumerate(pages):
        page.cookie = cookies[number // 4 % len(cookies)]
    for page in pages[:4]:  # what is loaded by the first of each kind is no page's own
        await server.parts(page)
    before = _resident_mb(server.pid)
    async with AsyncExitStack() as stack:
        first_of_all = Page("first", "cloud", [], cookie=cookies[0])
        await stack.enter_async_context(_Open(server, first_of_all))  # it begins to listen
        mark = await server.mark(cookies[0])
        for page in pages:
            await stack.enter_async_context(_Open(server, page, mark))
        memory = (_resident_mb(server.pid) - before) * 1024 / len(pages)
        connections = await asyncio.to_thread(_connections)
        idle = await _cpu_of(server, asyncio.sleep(WATCHED_S))
        told, shown = await _changes(server, pages, first, user, CHANGES_FULL if full else CHANGES)
    polled = await _cpu_of(server, _poll(server, pages)) / len(pages[::5])
    return _said(pages, told, shown, memory, connections, idle, polled)


def _pages(first: Sequence[Device], count: int) -> list[Page]:
    """Give as many of each kind; every device page is another device's, where there are enough."""
    delivery = [("/delivery/", f"delivery-{part}") for part in ("road", "cells")]
    made = []
    for number in range(count):
        device = first[number // 4 % len(first)].device_id
        made.append(
            (
                Page("list", "delivery,devices,operations", [("/devices/", "device-table")]),
                Page(
                    "device",
                    "delivery,devices,logs,operations",
                    [(f"/devices/{device}/", "device-part")],
                    device,
                ),
                Page("operations", "operations", [("/operations/", "operation-table")]),
                Page("delivery", "delivery", delivery),
            )[number % 4]
        )
    return made


class _Open:
    """An open event stream, read in the background until the block ends."""

    def __init__(self, server: Server, page: Page, mark: str = "") -> None:
        self.server, self.page, self.mark = server, page, mark

    async def __aenter__(self) -> None:
        self.reader, self.writer = await self.server.send(
            f"/live/?topics={self.page.topics}&since={self.mark}", self.page.cookie
        )
        while b"retry:" not in (line := await self.reader.readline()):
            assert line, "the stream was refused"
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while line := await self.reader.readline():
            if line.startswith(b"id: "):
                self.page.mark = line[4:].decode().strip()
            elif line.startswith(b"data: "):
                await self.page.told.put((time.perf_counter(), json.loads(line[6:])))

    async def __aexit__(self, *_raised: object) -> None:
        self.task.cancel()
        self.writer.close()


async def _changes(
    server: Server, pages: Sequence[Page], first: Sequence[Device], user: User, count: int
) -> tuple[list[float], list[float]]:
    told: list[float] = []
    shown: list[float] = []
    chance = random.Random(1)
    for number in range(count):
        for topic, change in _kinds(first[number % len(first)], user, number).items():
            concerned = [page for page in pages if topic in page.topics]
            began = time.perf_counter()
            sign = await asyncio.to_thread(change)
            seen = [_follow(server, page, sign, began, chance.random()) for page in concerned]
            async with asyncio.timeout(PATIENCE_S):
                times = await asyncio.gather(*seen)
            told += [one[0] for one in times]
            shown += [one[1] for one in times if one[1] is not None]
            await asyncio.sleep(chance.random() * REST_S)
    return told, shown


def _kinds(device: Device, user: User, number: int) -> dict[str, Callable[[], str]]:
    """Give changes by topic; each returns a word that a page which shows it must hold."""

    def tagged() -> str:
        annotations.tag([device.device_id], add=[f"seen-{number}"])
        return f"seen-{number}"

    def steered() -> str:
        if number % 2:
            steering.resume("bench", timezone.now())
            return ""
        steering.pause("bench", f"why-{number}", timezone.now())
        return f"why-{number}"

    def asked() -> str:
        now = timezone.now()
        order = Order(Operation.Kind.RENAME, (device.device_id,), name=f"Named {number}")
        return f"/operations/{operations.request(order, by=user, now=now).pk}/"

    return {"devices": tagged, "delivery": steered, "operations": asked}


async def _follow(
    server: Server, page: Page, sign: str, began: float, chance: float
) -> tuple[float, float | None]:
    """Wait until the page is told and, where it is concerned, until it shows the change."""
    at, news = await page.told.get()
    if not page.concerns(news):
        return at - began, None
    await asyncio.sleep(chance * JITTER_S)
    parts = await server.parts(page)
    shown = time.perf_counter() - began
    own = page.kind in {"operations", "delivery"} or not sign.startswith("why-")
    assert not own or any(sign in part for part in parts), f"{page.kind} does not show {sign}"
    return at - began, shown


async def _poll(server: Server, pages: Sequence[Page]) -> None:
    """Ask for what one page of five shows once: what a page without the stream does again."""
    for page in pages[::5]:
        await server.parts(page)


async def _cpu_of(server: Server, work: Any) -> float:
    """Return the seconds of CPU that the web process used meanwhile."""
    before = cpu_s(server.pid)
    await work
    return cpu_s(server.pid) - before


def _resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _connections() -> int:
    """Count the connections to the database that are not this process's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _said(
    pages: Sequence[Page],
    told: Sequence[float],
    shown: Sequence[float],
    memory: float,
    connections: int,
    idle: float,
    polled: float,
) -> Figures:
    live, polling = idle / WATCHED_S, polled * len(pages) / WITHIN_S
    line = (
        f"{len(pages)} open pages on one web process: told {_spread(told)} s, shown"
        f" {_spread(shown)} s (p50/p95/max) from before the change;"
        f" {memory:.0f} KB a page, {connections} database connections, {live:.3f} s of CPU a"
        f" second at rest; asking each 2 s without it would take {polling:.1f}"
    )
    return Figures(
        line,
        (
            Limit("s until the last stream is told", max(told), WITHIN_S),
            Limit("s until the last page shows it", max(shown), WITHIN_S),
        ),
    )


def _spread(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f}/{percentile(times, 0.95):.2f}/{max(times):.2f}"
