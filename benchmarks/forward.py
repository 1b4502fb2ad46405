"""How fast a backlog drains to USH, at 30 ms a request, while an old snapshot is held open.

The rival sends one change after the other on an open connection and commits each answer.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from benchmarks import ground
from benchmarks.figures import Figures, Limit
from reporting import cells, forwarder, quick, sinks, terms
from reporting.cells import News
from reporting.sending import Desk
from reporting.ush.client import UshClient

LATENCY = "30ms"
CELLS, CELLS_FULL = 30_000, 300_000
DEVICE = (("PowerState", "ON"), ("Temperature", "21.5"), ("Mode", "COLD"))  # what each has to tell
SAMPLE = 200  # changes that the rival sends
ONE_DRAIN = timedelta(seconds=1)  # shorter than a worker drains: each begins its search anew
PART = 10  # the first and the last of so many parts are compared


def run(*, full: bool) -> Figures:
    """Make a backlog, drain it in parts, then send some of it one by one."""
    count = CELLS_FULL if full else CELLS
    empty = "TRUNCATE reporting_cell, reporting_report CASCADE"
    connection.cursor().execute(empty)  # another benchmark's cells are not ours to count
    with ground.simulator(devices=1, latency=LATENCY) as url:
        settings.USH_REPORT_URL = f"{url}/v2/iot/status-report"
        _fill(count, timezone.now() - timedelta(seconds=2))
        with _old_snapshot():
            started = time.perf_counter()
            paces = _drain(count)
            rate = count / (time.perf_counter() - started)
        single = _one_by_one()
    connection.cursor().execute(empty)
    size = terms.current().max_devices
    line = (
        f"{count} dirty cells of {count // len(DEVICE)} devices, {size} devices a request at"
        f" {LATENCY}, one forwarder, an old snapshot held: {rate:,.0f} changes/s"
        f" (first tenth {paces[0]:,.0f}, last {paces[-1]:,.0f}); one by one {single:,.1f}/s"
    )
    return Figures(
        line,
        (
            Limit("times one by one", rate / single, 50, least=True),
            Limit("last tenth to first", paces[-1] / paces[0], 0.7, least=True),
        ),
    )


def _fill(count: int, now: datetime) -> None:
    """Let devices have something to tell that USH was never told."""
    sink = sinks.ensure().name
    keys = [f"device{number:06}" for number in range(count // len(DEVICE))]
    for start in range(0, len(keys), 2_000):
        news = [
            News(key, key, name, value, 1)
            for key in keys[start : start + 2_000]
            for name, value in DEVICE
        ]
        cells.store(sink, news, now, timedelta(0))
    connection.cursor().execute("ANALYZE reporting_cell")


@contextmanager
def _old_snapshot() -> Iterator[None]:
    """Hold what a backup holds: nothing that dies meanwhile can be cleaned away."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM reporting_cell")
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def _drain(count: int) -> list[float]:
    """Forward until nothing is due; give the changes a second of each tenth."""
    now_terms = terms.current()
    paces: list[float] = []
    told, part, started = 0, 0, time.perf_counter()
    with UshClient(now_terms.url) as ush, quick.planned_once():  # as the task does
        desk = Desk(ush, now_terms, timezone.now)
        while done := forwarder.drain(desk, ONE_DRAIN).cells:
            told, part = told + done, part + done
            if part >= count // PART:
                paces.append(part / (time.perf_counter() - started))
                part, started = 0, time.perf_counter()
    assert told == count, f"the drain stopped after {told} changes"
    return paces


def _one_by_one() -> float:
    """Send changes as a reporter without batches does; give how many a second."""
    with httpx.Client() as http:
        _send(http, 0)  # the connection is open already
        started = time.perf_counter()
        for number in range(SAMPLE):
            _send(http, number)
        return SAMPLE / (time.perf_counter() - started)


def _send(http: httpx.Client, number: int) -> None:
    properties = [{"name": "PowerState", "value": "ON"}]
    told = json.dumps({"devices": [{"deviceId": f"device{number:06}", "properties": properties}]})
    http.post(settings.USH_REPORT_URL, content=told).raise_for_status()
    with transaction.atomic(), connection.cursor() as cursor:
        mark = (
            "UPDATE reporting_cell SET acked_at = now() WHERE ush_device_id = %s AND property = %s"
        )
        cursor.execute(mark, [f"device{number:06}", "PowerState"])
