"""Two real workers on the same shares, and a database that goes away under them."""

import os
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from itertools import pairwise

import psycopg
import pytest

import simulator
from fleet import embedded

DEVICES, ROUNDS = 40, 60
PATIENCE_S = 120
CELERY = ("-m", "celery", "-q", "-A", "fleet", "worker", "-B", "-Q", "fast", "-c", "2")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "CRITICAL")
# What a minute would bring: leases end, and what waits for its next try is due.
MINUTE_LATER = """
UPDATE reporting_shard SET leased_until = least(leased_until, now() - interval '1 minute');
UPDATE reporting_cell SET next_try_at = least(next_try_at, now());
UPDATE reporting_sink SET next_try_at = NULL;
"""


@contextmanager
def running(command, env, **given):
    with subprocess.Popen(command, env=env, **given) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class Database:
    """A PostgreSQL of this test alone, that it may stop."""

    def __init__(self, folder):
        self.server = embedded.postgres(folder, secrets.token_urlsafe(24))
        self.process = None

    def start(self):
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self.server.command, stdout=quiet, stderr=quiet)
        wait(self.server.answers, "PostgreSQL answers")

    def stop(self):
        self.process.send_signal(self.server.stop_signal)
        self.process.wait(30)

    def ask(self, statement):
        with psycopg.connect(self.server.url, autocommit=True) as link:
            found = link.execute(statement)
            return found.fetchone()[0] if found.description else None


def wait(question, what):
    ends = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < ends, f"waited {PATIENCE_S} s in vain: {what}"
        time.sleep(0.1)


@pytest.fixture
def database(tmp_path_factory):
    base = Database(tmp_path_factory.mktemp("restart"))
    base.start()
    yield base
    base.stop()


@pytest.fixture
def cloud():
    with simulator.running(devices=1, activity=0.0) as running_cloud:
        yield running_cloud


@pytest.fixture
def env(database, cloud, tmp_path):
    """A Fleet of its own: its database, its part of the broker, the simulated USH."""
    found = os.environ | {
        "DJANGO_SETTINGS_MODULE": "fleet.settings",
        "DATABASE_URL": database.server.url,
        "BROKER_URL": os.environ["BROKER_URL"].removesuffix("/0") + "/7",
        "TUYA_CLIENT_ID": "simulator-client-id0",
        "TUYA_CLIENT_SECRET": "simulator-secret-0123456789abcde",
        "TUYA_BASE_URL": cloud.url,
        "USH_REPORT_URL": f"{cloud.url}/v2/iot/status-report",
        "USH_QPS": "10000",
        "USH_WINDOW": "100ms",
        "USH_MAX_DEVICES": "10",
        "FLEET_DATA": str(tmp_path),
    }
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(migrate, env=found, check=True, timeout=PATIENCE_S)
    return found


@contextmanager
def worker(env, folder, name):
    words = [sys.executable, *CELERY, "-s", str(folder / name), "-n", f"{name}@test", *QUIET]
    with running(words, env) as process:
        yield process


def test_a_restarted_database_loses_nothing_and_no_value_goes_back(database, cloud, env, tmp_path):
    talk = [sys.executable, "-m", "tests.reporting.talker", str(DEVICES), str(ROUNDS), "0.25"]
    pipe = subprocess.PIPE

    with (
        worker(env, tmp_path, "one") as one,
        worker(env, tmp_path, "two") as two,
        running(talk, env, stdout=pipe, text=True) as talker,
    ):
        wait(lambda: len(cloud.ush.requests) > DEVICES, "USH hears of the devices")
        database.stop()
        stopped_at = len(cloud.ush.requests)
        time.sleep(1)
        database.start()
        lines = talker.communicate(timeout=PATIENCE_S)[0].split()
        database.ask(MINUTE_LATER)

        def all_told():
            database.ask(MINUTE_LATER)
            return not database.ask(
                "SELECT count(*) FROM reporting_cell WHERE version > acked_version"
            )

        wait(all_told, "nothing waits any more")
        alive = [one.poll(), two.poll()]

    taken = defaultdict(list)
    for told in cloud.ush.history:
        taken[told.device_id].append(int(told.value))
    assert lines == [str(number) for number in range(1, ROUNDS + 1)]
    assert alive == [None, None]
    assert len(cloud.ush.requests) > stopped_at
    assert cloud.ush.state == {(f"ac{n}", "Temperature"): str(ROUNDS) for n in range(DEVICES)}
    assert all(before <= after for values in taken.values() for before, after in pairwise(values))
