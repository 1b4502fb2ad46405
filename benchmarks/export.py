"""The export of log rows over REST: how fast, and how much memory the web process takes.

A web process of its own, as `make run` starts it, and a client that reads as fast as it can. Beside
it `manage.py export_logs`, which is the same code without a server.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from benchmarks.figures import Figures, Limit
from devices import codes, partitions
from devices.models import Device
from people import groups, tokens
from people.roles import Role

FULL, SMALL = 1_000_000, 200_000  # rows
DEVICES = 500
MOST_MB = 100  # of a process that only exports; most of it is code, and grows with the product
MOST_ADDED_MB = 20  # by the rows, however many
PATIENCE_S = 60
STEP_S = 1.3
# A process begins with the peak of the one that started it: a small one starts the export.
WATCHED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
CODES = ("switch_1", "cur_power")
FLEET = """
INSERT INTO devices_device (device_id, name, category, sub, gateway_id, uuid, sn, mac, ip,
    time_zone, owner_id, uid, icon, model, local_key, first_seen_at, last_seen_at, state,
    state_since, state_reason, absences, status, stamps, listing_digest, logs_supported, tags, note)
SELECT 'bf' || substr(md5(n::text), 1, 20), 'Lamp ' || n, 'dj', false, '', '', '', '', '', '', '',
    '', '', '', '', %(now)s, %(now)s, 'present', %(now)s, '', 0, '{}', '{}', '', true, '{}', ''
FROM generate_series(1, %(devices)s) AS n
"""
LOG = """
INSERT INTO devices_logentry
    (event_time, device_id, lag, code, event_id, source_id, provenance, said)
SELECT at, ids[1 + n %% cardinality(ids)], 1500, (%(codes)s::smallint[])[1 + n %% 2],
    CASE WHEN n %% 40 = 7 THEN 1 ELSE 7 END, 1, 1,
    CASE WHEN n %% 2 = 0 THEN (n %% 4 = 0)::text ELSE (n %% 3000)::text END
FROM generate_series(1, %(rows)s) AS n
CROSS JOIN LATERAL (SELECT %(now)s - n * %(step)s * interval '1 s' AS at) AS told
CROSS JOIN (SELECT array_agg(id) AS ids FROM devices_device) AS fleet
"""


def run(*, full: bool) -> Figures:
    """Export everything once as each format."""
    rows = FULL if full else SMALL
    fill(rows)
    with web() as (port, process):
        before = memory_mb(process.pid)
        asked = {kind: _read(port, kind, rows) for kind in ("csv", "ndjson")}
        peak, cpu = memory_mb(process.pid), cpu_s(process.pid)
    idle_s, idle = _command("--end=1970-01-02")
    whole_s, whole = _command()
    connection.cursor().execute("TRUNCATE devices_logentry, devices_device CASCADE")
    told = ", ".join(f"{kind} {rows / seconds:,.0f} rows/s" for kind, seconds in asked.items())
    line = (
        f"{rows} log rows over REST: {told}, {cpu * 1e6 / rows / len(asked):.0f} us CPU a row;"
        f" export_logs {rows / (whole_s - idle_s):,.0f} rows/s; the web process"
        f" {before:.0f} MB before, {peak:.0f} MB at most; export_logs {idle:.0f} MB for no row,"
        f" {whole:.0f} MB for all"
    )
    return Figures(
        line,
        (
            Limit("MB that the exports add to the web process", peak - before, MOST_ADDED_MB),
            Limit("MB that the rows add to export_logs", whole - idle, MOST_ADDED_MB),
            Limit("MB of export_logs", whole, MOST_MB),
        ),
    )


def fill(rows: int) -> None:
    """Write a fleet and its history."""
    now = timezone.now()
    with connection.cursor() as cursor:
        days = int(rows * STEP_S / 86_400) + 1
        partitions.ensure(now - timedelta(days=past) for past in range(days + 1))
        if not Device.objects.exists():
            cursor.execute(FLEET, {"now": now, "devices": DEVICES})
        known = codes.numbers(cursor, CODES)
        told = [known[code] for code in CODES]
        cursor.execute(LOG, {"now": now, "rows": rows, "step": STEP_S, "codes": told})
        cursor.execute("ANALYZE devices_logentry, devices_device")


@contextmanager
def web(**given: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run a web process; give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "fleet.asgi:application", f"--port={port}"]
    command += ["--lifespan=off", "--no-access-log", "--log-level=warning"]
    env = os.environ | {"FLEET_PROCESS": "web"} | given
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield port, process
        finally:
            process.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "the web process did not start"
            time.sleep(0.1)
        else:
            return


def _read(port: int, kind: str, rows: int) -> float:
    """Read the whole export and count its lines; return the seconds it took."""
    began, lines, last = time.perf_counter(), 0, b""
    headers = {"Authorization": f"Token {token()}"}
    url = f"http://127.0.0.1:{port}/api/v1/logs/?format={kind}"
    with httpx.stream("GET", url, headers=headers, trust_env=False, timeout=60) as answer:
        answer.raise_for_status()
        for part in answer.iter_raw():
            lines, last = lines + part.count(b"\n"), part
    assert last.endswith(b"\n")
    assert lines == rows + (kind == "csv"), lines
    return time.perf_counter() - began


def token() -> str:
    """Make a viewer's token; return its text."""
    owner, made = User.objects.get_or_create(username="export")
    if made:
        groups.give(owner, Role.VIEWER)
    now = timezone.now()
    return tokens.make(owner, "export", now, role=Role.VIEWER, lifetime=timedelta(hours=1))[1]


def _command(*given: str) -> tuple[float, float]:
    """Run `export_logs` into nothing; return its seconds and its peak."""
    began = time.perf_counter()
    words = [sys.executable, "manage.py", "export_logs", "--format=csv", *given]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - began, int(done.stdout) / 1024


def memory_mb(pid: int) -> float:
    """Return the most memory that a process has had resident, in MB of 2**20 bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
