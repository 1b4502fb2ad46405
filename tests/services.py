"""Starts a private PostgreSQL and Valkey for each of pytest's processes, before Django's settings.

`tests/settings.py` calls it: pytest-django looks at the settings before any conftest.py is read.
Set DATABASE_URL and BROKER_URL to test against other servers; then nothing is started.
"""

import atexit
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from cryptography.fernet import Fernet

from fleet import embedded

PATIENCE_S = 30
STARTED: list[subprocess.Popen[bytes]] = []
OWN_PROCESS = os.getpid()
# None of these may leak from the shell into a test.
FOREIGN = (
    "TUYA_",
    "USH_",
    "SYNC_",
    "HARVEST_",
    "COOLING_",
    "APPROVAL_",
    "ADMIN_",
    "FLEET_ENV",
    "FLEET_PROCESS",
)


def start(server: embedded.Server, logs: Path) -> None:
    """Run the server until this process ends; raises with its log when it does not answer."""
    log = logs / f"{server.name}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(server.command, stdout=stream, stderr=stream)
    STARTED.append(process)
    deadline = time.monotonic() + PATIENCE_S
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"{server.name} did not start:\n{log.read_text(errors='replace')}"
            raise RuntimeError(message)
        time.sleep(0.02)


def stop(folder: Path) -> None:
    """End the servers and remove their files; nothing in them outlives the tests."""
    if os.getpid() != OWN_PROCESS:
        return
    for process in STARTED:
        process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
    for process in STARTED:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def forget_what_others_started() -> None:
    """Let each process of a parallel run start its own: on one broker they empty others' queues."""
    for name in os.environ.pop("FLEET_TESTS_STARTED", "").split():
        del os.environ[name]


def start_all() -> None:
    """Start what no URL names, and tell the settings through the environment.

    A process that a test starts inherits the environment, and so the servers.
    """
    process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    if os.environ.get("FLEET_TESTS") == process:
        return
    forget_what_others_started()
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="fleet-tests-"))
    atexit.register(stop, folder)
    password = secrets.token_urlsafe(24)
    makers = {
        "DATABASE_URL": lambda: embedded.postgres(folder, password, fast_and_forgetful=True),
        "BROKER_URL": lambda: embedded.valkey(folder, password),
    }
    missing = [name for name in makers if not os.environ.get(name)]
    for name in missing:
        server = makers[name]()
        start(server, folder)
        os.environ[name] = server.url
    os.environ |= {
        "FLEET_TESTS": process,
        "FLEET_TESTS_STARTED": " ".join(missing),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "FLEET_DATA": str(folder / "data"),
        "FLEET_ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }
