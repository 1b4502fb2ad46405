"""The device list over REST against a plain DRF viewset with offsets, in one web process.

Over HTTP, the same token, the same rows in every answer, in turns, so that a busy moment slows
both. Pages from anywhere in the list, as one who walks through it comes by.
"""

import http.client
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from benchmarks import crowd, export
from benchmarks.figures import Figures, Limit, percentile

SIZES = {True: 100_000, False: 5_000}  # devices
REQUESTS = {True: 200, False: 100}  # of each side
PAGE = 50
TIMES = {True: 5, False: 3}  # the rate of the plain viewset, which counts and skips more rows
EMPTY = (
    "TRUNCATE devices_device, devices_product, devices_syncrun, devices_logentry, reporting_cell,"
    " auth_user CASCADE"
)
Get = Callable[[str], bytes]


def run(*, full: bool) -> Figures:
    """Make the fleet, read pages all over it from both sides."""
    devices = SIZES[full]
    connection.cursor().execute(EMPTY)
    crowd.build(devices, 0)
    with export.web(DJANGO_SETTINGS_MODULE="benchmarks.beside") as (port, process):
        get = _reader(port)
        pages = {"ours": _cursors(get, REQUESTS[full]), "plain": _offsets(devices, REQUESTS[full])}
        took, cpu = _asked(get, pages, process.pid)
    connection.cursor().execute(EMPTY)
    told = "; ".join(_told(side, took[side], cpu[side]) for side in pages)
    times = statistics.mean(took["plain"]) / statistics.mean(took["ours"])
    return Figures(
        f"GET devices/ of {PAGE} among {devices:,}, over HTTP: {told}",
        (
            Limit(
                "times the rate of plain DRF with offsets",
                times,
                TIMES[full],
                least=True,
                goal=not full,  # with few devices an offset costs the rival little
            ),
        ),
    )


def _reader(port: int) -> Get:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Token {export.token()}", "Accept": "application/json"}

    def get(address: str) -> bytes:
        link.request("GET", address, headers=headers)
        answer = link.getresponse()
        body = answer.read()
        assert answer.status == HTTPStatus.OK, f"{address}: {answer.status} {body[:300]!r}"
        return body

    return get


def _cursors(get: Get, count: int) -> list[str]:
    """Return pages all over the list, by the links that lead there."""
    found: list[str] = []
    address: str | None = "/api/v1/devices/?page_size=500"
    while address:
        parts = urlsplit(address)
        found.append(f"{parts.path}?{parts.query.replace('page_size=500', f'page_size={PAGE}')}")
        address = _read(get(f"{parts.path}?{parts.query}"))["next"]
    return (found * count)[:count]


def _offsets(devices: int, count: int) -> list[str]:
    return [f"/rival/devices/?offset={devices * number // count}" for number in range(count)]


def _asked(
    get: Get, pages: dict[str, list[str]], pid: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Read the pages in turns; return the seconds of each, and of CPU in the web process."""
    took: dict[str, list[float]] = {side: [] for side in pages}
    cpu = dict.fromkeys(pages, 0.0)
    for side, addresses in pages.items():
        random.Random(1).shuffle(addresses)
        assert len(_read(get(addresses[0]))["results"]) == PAGE, side
    for turn in zip(*pages.values(), strict=True):
        for side, address in zip(pages, turn, strict=True):
            used, began = export.cpu_s(pid), time.perf_counter()
            get(address)
            took[side].append(time.perf_counter() - began)
            cpu[side] += export.cpu_s(pid) - used
    return took, cpu


def _read(body: bytes) -> Any:
    return json.loads(body)


def _told(side: str, times: Sequence[float], cpu: float) -> str:
    middle, late = statistics.median(times) * 1000, percentile(times, 0.95) * 1000
    rate = len(times) / sum(times)
    return (
        f"{side} {rate:.0f} a second, {middle:.1f}/{late:.1f} ms p50/p95,"
        f" {cpu * 1000 / len(times):.1f} ms CPU"
    )
