"""The whole of `make run`, in a folder and on ports of its own, with a small demo fleet."""

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.error
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from fleet import embedded

PATIENCE_S = 90
KEEP = ("PATH", "HOME", "LANG")
OPENER = build_opener(ProxyHandler({}))


class Run:
    """A running `fleet.up` and what it has said so far."""

    def __init__(self, folder, **given):
        self.folder, self.said = folder, []
        self.port = embedded.free_port()
        env = {name: os.environ[name] for name in KEEP if name in os.environ} | {
            "FLEET_ENV_FILE": os.devnull,
            "FLEET_DATA": str(folder),
            "PORT": str(self.port),
            "FLOWER_PORT": str(embedded.free_port()),
            "DEMO_DEVICES": "5",
            **given,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fleet.up"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with self.process.stdout as lines:
            self.said.extend(lines)

    def wait_for(self, pattern):
        found = None

        def seen():
            nonlocal found
            found = re.search(pattern, "".join(self.said))
            return found or self.process.poll() is not None

        until(seen)
        assert found, "".join(self.said)
        return found

    def get(self, path):
        try:
            with OPENER.open(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0

    def processes(self):
        """Return all processes that were started with this run's folder or by it."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in (entry / "environ").read_bytes():
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(entry.name)] = command
        return {pid: command for pid, command in found.items() if command}

    def pid_of(self, words):
        return next(pid for pid, command in self.processes().items() if words in command)

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)


def until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path):
    runs = []

    def starting(**given):
        runs.append(Run(tmp_path / "data", **given))
        return runs[-1]

    yield starting
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


def test_one_command_brings_all_up_again_what_dies_and_nothing_stays(start):
    run = start()
    password = run.wait_for(r"First user: admin / (\S+)")[1]
    run.wait_for(rf"Fleet is ready at http://127.0.0.1:{run.port} \(\d+\.\d s\)")
    until(lambda: run.get("/readyz") == 200)
    private = run.folder / "secrets.json", run.folder / "run.json"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in private}
    kept = private[0].read_text()

    os.kill(run.pid_of("uvicorn"), signal.SIGKILL)
    run.wait_for(r"web ended with status -9; again in 0.5 s")
    until(lambda: run.get("/healthz") == 200)
    run.end(signal.SIGINT)

    assert (run.process.returncode, run.processes(), modes) == (0, {}, {0o600})
    # the password is nowhere but on the terminal
    assert password not in kept


@pytest.mark.skipif(not embedded.dies_with_parent("KILL"), reason="setpriv is of Linux only")
def test_a_run_that_is_killed_leaves_nothing_and_the_next_one_recovers(start):
    run = start()
    run.wait_for("Fleet is ready")
    until(lambda: run.get("/readyz") == 200)
    before = len(run.processes())
    kept = (run.folder / "secrets.json").read_text()

    run.end(signal.SIGKILL)

    until(lambda: not run.processes())
    again = start()
    again.wait_for("Fleet is ready")
    again.end(signal.SIGTERM)
    # it is not the first start: no new secrets, no new first user
    assert (before > 8, again.process.returncode) == (True, 0)
    assert "First user" not in "".join(again.said)
    assert (run.folder / "secrets.json").read_text() == kept


def test_a_taken_port_is_named_before_anything_starts(start, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        run = start(PORT=str(port))
        run.process.wait(PATIENCE_S)
        run.reader.join(PATIENCE_S)

    assert (run.process.returncode, "".join(run.said)) == (
        2,
        (
            f"PORT {port} cannot be used (Address already in use): stop the program that holds it, "
            f"or choose another: `PORT={port + 1} make run`.\n"
        ),
    )
    assert not (tmp_path / "data" / "pg18").exists()


def test_a_wrong_setting_is_named_before_anything_starts(start, tmp_path):
    run = start(SYNC_INTERVAL="often")
    run.process.wait(PATIENCE_S)
    run.reader.join(PATIENCE_S)

    assert (run.process.returncode, "".join(run.said)) == (
        2,
        (
            "SYNC_INTERVAL is 'often', but must be a duration such as 200ms, 30s, 5m or 1h, of at "
            "least 0.1 s: correct it in the environment or in .env and start again.\n"
        ),
    )
    assert not (tmp_path / "data").exists()
