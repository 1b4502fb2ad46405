"""The ground that benchmarks stand on: private servers that sync to disk, a simulator apart.

Everything is started here and ended here; nothing of a running Fleet is touched.
"""

import os
import platform
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from fleet import embedded
from tests import services

FOREIGN = ("TUYA_", "USH_", "SYNC_", "HARVEST_", "COOLING_", "APPROVAL_", "ADMIN_", "FLEET_")
FAST = "10000"  # calls a second: a benchmark measures Fleet, not the vendor's quota
READY = "simulator ready on "


@contextmanager
def servers() -> Iterator[None]:
    """Start PostgreSQL and Valkey as `make run` does, and let the settings find them."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="fleet-bench-"))
    try:
        database = embedded.postgres(folder, secrets.token_urlsafe(24))
        broker = embedded.valkey(folder, secrets.token_urlsafe(24))
        services.start(database, folder)
        services.start(broker, folder)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "fleet.settings",
            "DATABASE_URL": database.url,
            "BROKER_URL": broker.url,
            "FLEET_DATA": str(folder / "data"),
            "FLEET_ENV_FILE": os.devnull,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "TUYA_CLIENT_ID": "simulator-client-id0",
            "TUYA_CLIENT_SECRET": "simulator-secret-0123456789abcde",
            "TUYA_QPS": FAST,
            "USH_QPS": FAST,
            "USH_WINDOW": "0s",
        }
        yield
    finally:
        services.stop(folder)


@contextmanager
def simulator(**options: object) -> Iterator[str]:
    """Run the simulated clouds as a process of their own; give their address."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "simulator", "--port=0", "--activity=0", "--days=0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith(READY):
                message = f"the simulator did not start: {line!r}"
                raise RuntimeError(message)
            yield line.removeprefix(READY).split(" ", 1)[0]
        finally:
            process.terminate()


def machine() -> str:
    """Say on what this is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {python}, {platform.system()}"
