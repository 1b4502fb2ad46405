"""How long after its commit a change is at USH, with a real worker process, window 0.

The floor is a bare commit of one row and a bare POST on an open connection, in the same run: one
after each change and after the same rest, so that a hiccup of the machine can meet either.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from msgspec.structs import replace

import simulator
from benchmarks.figures import Figures, Limit, ms, percentile
from devices import intake, project, sync
from devices.events import millis
from devices.intake import Look
from devices.models import Device
from devices.tuya.wire import Device as Reported
from devices.tuya.wire import Status

PAUSE_S = 0.05  # between two changes: each is alone, and not in another's batch
PATIENCE_S = 20.0
CHANGES, CHANGES_FULL = 250, 500  # so many that one hiccup of the machine is not the p99
BATCHED, BATCHED_FULL = 10, 100
WINDOW = timedelta(seconds=1)
EMPTY = "TRUNCATE devices_device, devices_logentry, reporting_cell CASCADE"


def run(*, full: bool) -> Figures:
    """Let changes happen one by one, and note when each is at USH."""
    count = CHANGES_FULL if full else CHANGES
    connection.cursor().execute(EMPTY)  # another benchmark's devices are none of this cloud
    with simulator.running(devices=40, activity=0.0) as cloud:
        _point_at(cloud)
        sync.sync(timezone.now(), force=True)
        with _worker(cloud):
            _wait(lambda: _settled(cloud))
            plug, code = _plug()
            now_on = next(one.value for one in plug.status or () if one.code == code)
            turns = cycle((now_on is not True, now_on is True))
            _change(cloud, plug, code, on=next(turns))  # whoever attends is there, and warm
            with httpx.Client() as http:
                _floor(http)  # opens the connection
                both = [
                    (_change(cloud, plug, code, on=next(turns)), _floor(http)) for _ in range(count)
                ]
        batched = _batched(cloud, plug, code, turns, BATCHED_FULL if full else BATCHED)
    ours, floor = [one for one, _ in both], [one for _, one in both]
    connection.cursor().execute(EMPTY)
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    late = percentile(ours, 0.99) / percentile(floor, 0.99)
    beyond = percentile(batched, 0.99) - WINDOW.total_seconds()
    line = (
        f"{count} changes, worker process, window 0: from commit to USH {ms(ours)} (p50/p99);"
        f" bare commit and bare POST {ms(floor)}: p50 {ratio:.1f} x the floor;"
        f" with a window of {WINDOW.total_seconds():g} s {ms(batched)}"
    )
    limits = (
        Limit("p99 to the floor's", late, 3),
        Limit("s beyond the window", beyond, 0.05),
    )
    return Figures(line, limits)


def _batched(
    cloud: simulator.Simulation, plug: Reported, code: str, turns: Iterator[bool], count: int
) -> list[float]:
    """The same with a batching window, which each change waits for."""
    settings.USH_WINDOW, os.environ["USH_WINDOW"] = WINDOW, f"{WINDOW.total_seconds():g}s"
    try:
        with _worker(cloud):
            _change(cloud, plug, code, on=next(turns))  # it is up when this has arrived
            return [_change(cloud, plug, code, on=next(turns)) for _ in range(count)]
    finally:
        settings.USH_WINDOW, os.environ["USH_WINDOW"] = timedelta(0), "0s"


def _point_at(cloud: simulator.Simulation) -> None:
    settings.TUYA_BASE_URL = cloud.url
    settings.USH_REPORT_URL = f"{cloud.url}/v2/iot/status-report"


@contextmanager
def _worker(cloud: simulator.Simulation) -> Iterator[None]:
    """Run the fast queue's worker as `make run` does, but without beat: only commits wake it."""
    env = os.environ | {
        "TUYA_BASE_URL": cloud.url,
        "USH_REPORT_URL": f"{cloud.url}/v2/iot/status-report",
    }
    words = ("-q", "-A", "fleet", "worker", "-Q", "fast", "-n", "fast@%h", "-c", "3", "-E")
    plain = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR")
    command = [sys.executable, "-m", "celery", *words, *plain]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=env, stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            process.terminate()


def _settled(cloud: simulator.Simulation) -> bool:
    """Whether USH knows the whole fleet: the worker is up, and nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reporting_cell WHERE version > acked_version")
        return bool(cloud.ush.requests) and cursor.fetchone()[0] == 0


def _plug() -> tuple[Reported, str]:
    """Return what the cloud reports of one plug, and the code of its switch."""
    device = Device.objects.filter(category="cz", sub=False).order_by("pk")[0]
    code = next(code for code in sorted(device.status) if code.startswith("switch"))
    with project.connect() as link:
        return link.device(device.device_id), code


def _change(cloud: simulator.Simulation, report: Reported, code: str, *, on: bool) -> float:
    """Commit one change as a look at the fleet does; return the seconds until USH has it.

    The clock starts before the commit, as it does for the floor.
    """
    before, now = len(cloud.ush.requests), timezone.now()
    told = tuple(
        Status(one.code, on if one.code == code else one.value) for one in report.status or ()
    )
    with transaction.atomic():
        intake.take([replace(report, status=told)], Look(at=millis(now), before=None, now=now))
        started = time.perf_counter()
    while len(cloud.ush.requests) == before:
        if time.perf_counter() - started > PATIENCE_S:
            message = "the change did not reach USH"
            raise TimeoutError(message)
        time.sleep(0.0002)
    took = time.perf_counter() - started
    time.sleep(PAUSE_S)
    return took


def _floor(http: httpx.Client) -> float:
    """Commit one row, as small as a row can be, and tell USH one value."""
    properties = [{"name": "PowerState", "value": "ON"}]
    body = json.dumps({"devices": [{"deviceId": "floor", "properties": properties}]})
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE devices_project SET failures = failures")
    http.post(settings.USH_REPORT_URL, content=body).raise_for_status()
    took = time.perf_counter() - started
    time.sleep(PAUSE_S)
    return took


def _wait(question: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < ends, "the worker did not come up"
        time.sleep(0.1)
