"""The embedded servers, started as the supervisor starts them, over folders of their own."""

import contextlib
import io
import os
import signal
import stat
import subprocess
import sys
import time

import psycopg
import pytest
import redis

from fleet import embedded, parts
from fleet.supervisor import Supervisor


@contextlib.contextmanager
def running(server):
    watching = Supervisor(io.StringIO())
    try:
        watching.start(parts.server(server))
        yield watching.children[0].process
    finally:
        watching.stop()


def ask(url, statement):
    with psycopg.connect(url, autocommit=True) as link:
        return link.execute(statement).fetchone()


def test_postgresql_asks_for_a_password_and_keeps_rows_through_kill_9(tmp_path):
    first = embedded.postgres(tmp_path, "right")
    with running(first) as process:
        with psycopg.connect(first.url, autocommit=True) as link:
            link.execute("CREATE TABLE kept AS SELECT 7 AS n")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(first.url.replace("right", "wrong"))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    second = embedded.postgres(tmp_path, "right")
    with running(second):
        assert ask(second.url, "SELECT n FROM kept") == (7,)


def test_the_note_of_a_crash_does_not_stop_the_next_start(tmp_path):
    embedded.postgres(tmp_path, "right")
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    note = tmp_path / embedded.POSTGRES_FOLDER / "postmaster.pid"
    note.write_text(f"{bystander.pid}\n{note.parent}\n", encoding="utf-8")

    server = embedded.postgres(tmp_path, "right")

    with running(server):
        assert ask(server.url, "SELECT current_database()") == ("fleet",)
    assert bystander.poll() is None
    bystander.communicate(b"\n")


def test_valkey_asks_for_a_password_and_keeps_keys_through_kill_9(tmp_path):
    first = embedded.valkey(tmp_path, "right")
    with running(first) as process:
        with contextlib.closing(redis.Redis.from_url(first.url)) as link:
            link.set("kept", "7")
            # everysec: what is older than a second is on the disk
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline and link.info("persistence")["aof_pending_bio_fsync"]:
                time.sleep(0.05)
        with (
            contextlib.closing(redis.Redis.from_url(first.url.replace("right", "no"))) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    second = embedded.valkey(tmp_path, "right")
    with running(second), contextlib.closing(redis.Redis.from_url(second.url)) as link:
        kept = link.get("kept")
    config = tmp_path / embedded.VALKEY_FOLDER / "valkey.conf"
    assert (kept, stat.S_IMODE(config.stat().st_mode)) == (b"7", 0o600)


def test_no_password_stands_on_a_command_line(tmp_path):
    servers = [embedded.postgres(tmp_path, "hidden-one"), embedded.valkey(tmp_path, "hidden-two")]

    words = " ".join(word for server in servers for word in server.command)

    assert "hidden" not in words


@pytest.mark.parametrize(
    ("memory", "mb"), [(512 * 2**20, 128), (2 * 2**30, 256), (4 * 2**30, 512), (64 * 2**30, 1024)]
)
def test_postgres_holds_an_eighth_of_the_memory_within_bounds(memory, mb):
    assert embedded.buffers_mb(memory) == mb


@pytest.mark.parametrize(("limit", "counts"), [("1073741824\n", True), ("max\n", False)])
def test_a_container_s_limit_counts_as_its_memory(tmp_path, monkeypatch, limit, counts):
    given = tmp_path / "memory.max"
    given.write_text(limit)
    monkeypatch.setattr(embedded, "CGROUP_LIMIT", given)

    assert (embedded.memory() == 2**30) is counts
