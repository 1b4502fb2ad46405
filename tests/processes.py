"""Fleet's own programs as processes of their own, on the servers, database and clouds of a test."""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

PATIENCE_S = 60.0


def wait_for(question, what, every_s=0.02):
    """Return the first true answer; fails by name, not by a time that happened to be enough."""
    ends = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < ends, f"waited {PATIENCE_S:.0f} s in vain: {what}"
        time.sleep(every_s)
    return answer


def environment(cloud, **given):
    """What a process needs to find the test's database, broker and clouds."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "fleet.settings",
        "DATABASE_URL": urlunsplit(parts._replace(path="/" + connection.settings_dict["NAME"])),
        "TUYA_CLIENT_ID": settings.TUYA_CLIENT_ID,
        "TUYA_CLIENT_SECRET": settings.TUYA_CLIENT_SECRET,
        "TUYA_BASE_URL": cloud.url,
        "TUYA_QPS": "10000",
        "USH_REPORT_URL": settings.USH_REPORT_URL,
        "USH_QPS": "10000",
        **given,
    }


@contextmanager
def manage(cloud, *words, **given):
    """Run a command of manage.py; whoever still runs at the end is killed."""
    command = [sys.executable, "manage.py", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=environment(cloud, **given), stdout=pipe, stderr=pipe
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def worker(cloud, **given):
    """Run a worker of both queues with the clock in it, as `make run` has them in three parts."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        words = ("worker", "-B", "-s", f"{folder}/beat", "-Q", "fast,slow", "-n", "slow@test")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-c", "3")
        command = [sys.executable, "-m", "celery", "-q", "-A", "fleet", *words, *quiet]
        env = environment(cloud, **given)
        with subprocess.Popen(command, env=env, stdout=log, stderr=log) as process:
            try:
                yield process
            except AssertionError as exc:
                log.seek(0)
                exc.add_note(log.read().decode(errors="replace"))
                raise
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
