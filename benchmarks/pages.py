"""How long pages and REST lists take over a big fleet with a deep history, asked over HTTP.

A web process as `make run` starts it, one request after the other. Each figure is over many
different requests; the stock admin answers with the same rows in the same run. What a plain REST
list costs beside ours is `benchmarks.rest`'s to say.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from benchmarks import asks, crowd, export, weights
from benchmarks.figures import Figures, Limit, percentile
from devices.explorer import key_of
from devices.models import Device, LogEntry
from devices.views import log_address
from people import tokens
from people.groups import give
from people.roles import Role

SIZES, SIZES_FULL = (5_000, 500_000), (100_000, 20_000_000)
DEEP, DEEP_FULL = 200, 10_000  # pages into a device's log
PATIENCE_S = 60
# What is promised is promised of all pages of a family together; each kind by itself is a goal.
FAMILIES = {
    "list pages": ("device list", "devices"),
    "device pages": ("device page", "device log", "chart"),
    "log pages": ("log explorer",),
}
Get = Callable[..., "Answer"]  # an address, and headers by name
EMPTY = (
    "TRUNCATE devices_device, devices_product, devices_syncrun, devices_logentry, reporting_cell,"
    " auth_user CASCADE"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status_code: int
    body: bytes

    def json(self) -> Any:
        """Read it."""
        return json.loads(self.body)


def run(*, full: bool) -> Figures:
    """Make the fleet, ask for every kind of page, print a line a kind."""
    devices, rows = SIZES_FULL if full else SIZES
    connection.cursor().execute(EMPTY)
    started = time.perf_counter()
    crowd.build(devices, rows)
    built = time.perf_counter() - started
    with _mounted() as (page, rest):
        figures = measure(page, rest, deep=DEEP_FULL if full else DEEP)
    connection.cursor().execute(EMPTY)
    line = f"{devices} devices, {rows:,} log rows over {crowd.DAYS} days (made in {built:.0f} s)"
    return Figures(f"{line}; p50/p95 in ms{figures.line}", figures.limits)


@contextmanager
def _mounted() -> Iterator[tuple[Get, Get]]:
    """Serve Fleet with the rivals beside it; give a signed-in browser and a script."""
    beside = {"DJANGO_SETTINGS_MODULE": "benchmarks.beside"}
    words = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(words, env=os.environ | beside, check=True)
    user = User.objects.create_superuser("bench", password=None)
    give(user, Role.ADMIN)
    browser, life = Client(), timedelta(hours=1)
    browser.force_login(user)
    cookie = f"fleet_session={browser.cookies['fleet_session'].value}"
    _, text = tokens.make(user, "bench", timezone.now(), role=Role.VIEWER, lifetime=life)
    with export.web(**beside) as (port, _process):
        yield (
            _reader(port, cookie=cookie, **{"accept-encoding": "gzip"}),
            _reader(port, authorization=f"Token {text}", accept="application/json"),
        )


def _reader(port: int, **known: str) -> Get:
    """Ask over one open connection, as a browser or a script does."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def get(address: str, **headers: str) -> Answer:
        parts = urlsplit(address)
        wanted = f"{parts.path}?{parts.query}"
        try:
            link.request("GET", wanted, headers=known | headers)
            answer = link.getresponse()
        except ConnectionError:  # the server lets go of who said nothing for some seconds
            link.close()
            link.request("GET", wanted, headers=known | headers)
            answer = link.getresponse()
        return Answer(answer.status, answer.read())

    return get


def measure(page: Get, rest: Get, *, deep: int) -> Figures:
    """Time every kind of request; compare deep with shallow."""
    parts, limits = [], []
    families: dict[str, list[float]] = defaultdict(list)
    for get, kinds in ((page, asks.pages()), (rest, asks.calls(rest))):
        for ask in kinds:
            times = [_timed(get, one, ask) for one in ask.addresses]
            parts.append(_told(ask.name, times))
            if ask.limit:
                family = _family(ask.name)
                families[family] += times
                name = f"{ask.name}: p95 ms"
                limits.append(Limit(name, _late(times), ask.limit, goal=bool(family)))
    for name in FAMILIES:
        parts.append(_told(f"all {name}", families[name]))
        limits.append(Limit(f"all {name}: p95 ms", _late(families[name]), asks.PAGE_MS))
    limits += weights.limits(page)
    near, far = _depths(page, deep)
    parts += [_told("a device's log, page 1", near), _told(f"the same, page {deep:,}", far)]
    limits.append(Limit(f"page {deep:,} to page 1", _middle(far) / _middle(near), 1.2))
    return Figures("".join(parts), tuple(limits))


def _family(name: str) -> str:
    return next((one for one, begins in FAMILIES.items() if name.startswith(begins)), "")


def _depths(page: Get, deep: int) -> tuple[list[float], list[float]]:
    """Read the first page of the longest log, and one that many pages lie before, in turns."""
    lately = LogEntry.objects.filter(event_time__gt=timezone.now() - timedelta(hours=3))
    told = lately.values("device").annotate(n=Count("*")).order_by("-n")
    device = Device.objects.get(pk=told[0]["device"])
    start = (timezone.now() - timedelta(days=crowd.DAYS + 1)).strftime("%Y-%m-%dT%H:%M:%S")
    path = f"/devices/{device.device_id}/events/?start={start}&size=50"
    rows = LogEntry.objects.of(device).order_by("-event_time")
    near, far = [], []
    for row in rows[deep * 50 : deep * 50 + asks.REQUESTS]:
        near.append(_timed(page, path))
        far.append(_timed(page, f"{path}&{urlencode({'before': log_address.write(key_of(row))})}"))
    return near, far


def _timed(get: Get, address: str, ask: asks.Ask | None = None) -> float:
    started = time.perf_counter()
    answer = get(address, **(ask.headers if ask else {}))
    took = time.perf_counter() - started
    assert answer.status_code == HTTPStatus.OK, f"{address}: {answer.status_code}"
    return took


def _told(name: str, times: Sequence[float]) -> str:
    return f"\n    {name:<28} {_middle(times) * 1000:7.1f} {_late(times):7.1f}  ({len(times)})"


def _middle(times: Sequence[float]) -> float:
    return statistics.median(times)


def _late(times: Sequence[float]) -> float:
    return percentile(times, 0.95) * 1000
