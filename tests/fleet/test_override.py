"""DATABASE_URL and BROKER_URL take other servers: tried against those of the distribution."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import simulator
from fleet import embedded

DISTRIBUTION = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
REDIS = shutil.which("redis-server")
PATIENCE_S = 20
FERNET = "MDAw" * 10 + "MDA="


def wait_for(question):
    deadline = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < deadline, "the server did not answer"
        time.sleep(0.05)


def accepts(port):
    probe = ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"]
    return lambda: subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.fixture
def foreign_database(tmp_path):
    binaries, data, port = DISTRIBUTION[-1], tmp_path / "pg", embedded.free_port()
    somebody = embedded.as_somebody()
    make = (
        f"{binaries}/initdb",
        "-U",
        "theirs",
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
        "-D",
        str(data),
    )
    subprocess.run([*somebody, *make], check=True, capture_output=True)
    options = ("-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "fsync=off")
    bound = embedded.dies_with_parent("QUIT")
    command = [*somebody, *bound, f"{binaries}/postgres", "-D", str(data), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        wait_for(accepts(port))
        address = f"postgresql://theirs@127.0.0.1:{port}"
        create = [f"{binaries}/psql", f"{address}/postgres", "-c", "CREATE DATABASE their_fleet"]
        subprocess.run(create, check=True, capture_output=True)
        yield f"{address}/their_fleet"
        server.terminate()
        server.send_signal(3)  # SIGQUIT: at once


@pytest.fixture
def foreign_broker(tmp_path):
    port = embedded.free_port()
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        wait_for(accepts(port))
        yield f"redis://127.0.0.1:{port}/3"
        server.terminate()


@pytest.mark.skipif(
    not (DISTRIBUTION and REDIS) and os.environ.get("CI") != "true",
    reason="Run `sudo apt-get install postgresql redis-server` to try Fleet on their servers.",
)
def test_fleet_runs_its_road_on_the_distributions_postgresql_and_redis(
    foreign_database, foreign_broker, tmp_path
):
    with simulator.running(devices=5, seed=3) as cloud:
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
            "DATABASE_URL": foreign_database,
            "BROKER_URL": foreign_broker,
            "FLEET_DATA": str(tmp_path / "data"),
            "FLEET_ENV_FILE": os.devnull,
            "SECRET_KEY": "s" * 50,
            "FIELD_ENCRYPTION_KEYS": FERNET,
            "ADMIN_PASSWORD": "given",
            "TUYA_CLIENT_ID": cloud.client_id,
            "TUYA_CLIENT_SECRET": cloud.client_secret,
            "TUYA_BASE_URL": cloud.url,
            "USH_REPORT_URL": cloud.url + "/v2/iot/status-report",
            "USH_WINDOW": "0s",
        }

        def run(*words):
            command = [sys.executable, *words]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout

        told = run("-m", "fleet.prepare")
        synced = run("manage.py", "sync")
        run("manage.py", "harvest")
        forwarded = run("manage.py", "forward")

    assert told == "First user: admin / the one in ADMIN_PASSWORD\n"
    assert synced.startswith("sync: 5 devices, ")
    assert forwarded.startswith("forward: ")
    assert cloud.ush.state
