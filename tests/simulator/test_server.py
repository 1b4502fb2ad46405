"""HTTP on the wire, the command line, and what the simulator must not import."""

import ast
import http.client
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import simulator
from simulator import cli

ROOT = Path(simulator.__file__).resolve().parents[1]
PRODUCT = {"fleet", "devices", "reporting", "pages", "rest", "people", "django", "celery"}


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_simulator_imports_nothing_of_the_product():
    names = {
        name.split(".")[0] for path in (ROOT / "simulator").rglob("*.py") for name in imported(path)
    }

    assert names & PRODUCT == set()
    parts = {"simulator", "h11", "websockets", "cryptography"}
    assert names - set(sys.stdlib_module_names) == parts


def test_one_connection_carries_many_calls(sim):
    connection = http.client.HTTPConnection(urlsplit(sim.url).netloc, timeout=5)
    statuses = []
    for _ in range(3):
        connection.request("GET", "/_sim/state")
        answer = connection.getresponse()
        answer.read()
        statuses.append((answer.status, connection.sock is not None))
    connection.close()

    assert statuses == [(200, True)] * 3


def test_every_answer_takes_the_latency_that_was_asked_for():
    with simulator.running(devices=1, latency=0.2) as sim:
        began = time.monotonic()
        connection = http.client.HTTPConnection(urlsplit(sim.url).netloc, timeout=5)
        connection.request("GET", "/_sim/state")
        connection.getresponse().read()
        took = time.monotonic() - began
        connection.close()

    assert took >= 0.2


def test_a_port_that_is_taken_is_an_error_where_it_was_asked_for(sim):
    port = urlsplit(sim.url).port

    with (
        pytest.raises(OSError, match=str(port)),
        simulator.running(devices=1, port=port),
    ):
        pass


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_when_it_is_ready_and_ends_at_once(ending):
    process = start("--devices", "500", "--seed", "7")
    line = process.stdout.readline()
    address = line.split()[3]
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    connection.request("GET", "/_sim/state")
    status = connection.getresponse().status

    process.send_signal(ending)
    rest, errors = process.communicate(timeout=10)
    connection.close()

    assert line == f"simulator ready on {address} (500 devices, 56 products)\n"
    assert address.startswith("http://127.0.0.1:")
    assert (status, process.returncode, rest, errors) == (200, 0, "", "")


def test_the_command_says_in_one_sentence_why_it_cannot_start(tmp_path):
    process = start("--products", str(tmp_path / "none.json"))

    output, errors = process.communicate(timeout=10)

    assert (process.returncode, output) == (1, "")
    assert errors.startswith("simulator: cannot start: ")
    assert errors.count("\n") == 1


def test_help_tells_every_option_and_every_trouble(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])

    text = capsys.readouterr().out
    assert {"--products", "--latency", "--qps", "--days"} <= set(text.replace(",", " ").split())
    assert "page_repeats" in text
    assert "simulator-client-id0" in text


@pytest.mark.parametrize(("text", "seconds"), [("30ms", 0.03), ("1.5s", 1.5), ("2", 2.0)])
def test_durations_are_read_with_their_unit(text, seconds):
    assert cli.duration(text) == seconds
