"""The parts of a running Fleet, as data: which program, with which options."""

import sys
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from fleet import embedded
from fleet.supervisor import Part

HOST = "127.0.0.1"
# These keep nothing that a kill could harm: rows are the queue.
BOUND = embedded.dies_with_parent("KILL")


def program(*words: str) -> tuple[str, ...]:
    """Return the command of a Python module that ends with the supervisor."""
    return (*BOUND, sys.executable, "-m", *words)


def server(described: embedded.Server) -> Part:
    """Return an embedded server as a part; the others use it, so it ends last."""
    return Part(
        described.name,
        described.command,
        answers=described.answers,
        stop_signal=described.stop_signal,
        last_to_stop=True,
    )


def simulator(port: int, devices: int, products: str, client: tuple[str, str]) -> Part:
    """Return the simulated clouds of the demo."""
    identity = ("--client-id", client[0], "--client-secret", client[1])
    size = ("--port", str(port), "--devices", str(devices), "--activity", "1.0", "--days", "2")
    extra = ("--products", products) if products else ()
    url = f"http://{HOST}:{port}/_sim/"
    return Part("simulator", program("simulator", *size, *identity, *extra), answers=asks(url))


def web(port: int) -> Part:
    """Return the pages and the REST interface."""
    listen = (
        "--host",
        HOST,
        "--port",
        str(port),
        "--lifespan",
        "off",
        "--ws",
        "none",
        "--no-access-log",
    )
    # Open live streams never end by themselves.
    patience = ("--timeout-graceful-shutdown", "2")
    return Part("web", program("uvicorn", "fleet.asgi:application", *listen, *patience))


def worker(queue: str, processes: int) -> Part:
    """Return a Celery worker of one queue; -E tells Flower of every task."""
    words = ("worker", "-Q", queue, "-n", f"{queue}@%h", "-c", str(processes), "-E")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return Part(f"worker-{queue}", program("celery", "-q", "-A", "fleet", *words, *quiet))


def feed() -> Part:
    """Return what follows the vendor's message service."""
    return Part("feed", (*BOUND, sys.executable, "manage.py", "feed", "--follow"))


def beat(folder: Path) -> Part:
    """Return the clock that rings the tasks."""
    words = ("beat", "-s", str(folder / "beat"), "--pidfile=")
    return Part("beat", program("celery", "-q", "-A", "fleet", *words))


def flower(port: int, account: str) -> Part:
    """Return Flower; its account travels in the environment, for command lines are public."""
    words = ("flower", f"--address={HOST}", f"--port={port}", "--logging=warning")
    return Part(
        "flower",
        program("celery", "-q", "-A", "fleet", *words),
        env={"FLOWER_BASIC_AUTH": account},
    )


def asks(url: str) -> "Asks":
    """Return a question whether the address answers."""
    return Asks(url)


class Asks:
    """Whether an address on this machine answers, asked without any proxy."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = build_opener(ProxyHandler({}))

    def __call__(self) -> bool:
        """Return whether it answers well."""
        try:
            with self.opener.open(self.url, timeout=2) as answer:
                return int(answer.status) == 200  # noqa: PLR2004
        except OSError:
            return False
