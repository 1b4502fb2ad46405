"""The whole of `make run`, in a folder and on ports of its own, with a small demo fleet."""

import os
import signal
import socket
import stat

import pytest

from fleet import embedded
from tests.running import PATIENCE_S, Run, until


@pytest.fixture
def start(tmp_path):
    runs = []

    def starting(*words, **given):
        runs.append(Run(tmp_path / "data", *words, **given))
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
    folders = run.folder, run.folder / "pg18", run.folder / "valkey"
    modes |= {stat.S_IMODE(path.stat().st_mode) for path in folders}
    kept = private[0].read_text()

    os.kill(run.pid_of("uvicorn"), signal.SIGKILL)
    run.wait_for(r"web ended with status -9; again in 0.5 s")
    until(lambda: run.get("/healthz") == 200)
    run.end(signal.SIGINT)

    assert (run.process.returncode, run.processes(), modes) == (0, {}, {0o600, 0o700})
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
