"""`fleet.up` as a child process, for the tests of the whole and for the pictures of the docs."""

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from fleet import embedded

PATIENCE_S = 90
KEEP = ("PATH", "HOME", "LANG")
OPENER = build_opener(ProxyHandler({}))


class Run:
    """A running `fleet.up` and what it has said so far."""

    def __init__(self, folder, *words, **given):
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
            [sys.executable, "-m", "fleet.up", *words],
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
