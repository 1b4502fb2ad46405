"""compose.yaml and the list of programs beside it, compared with what Fleet itself starts."""

import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
import yaml
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from fleet import database, embedded, up
from tests.running import until

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
POSTGRES, VALKEY = COMPOSE["services"]["postgres"], COMPOSE["services"]["valkey"]
PROGRAM = re.compile(r"^ {4}(?:\w+=\S+ )?\.venv/bin/(.+?)(?: {2,}#.*)?$", re.MULTILINE)


# Where the embedded one listens, what it says, and what is a share of the machine's memory.
OF_THIS_MACHINE = {
    "listen_addresses", "port", "unix_socket_directories", "log_checkpoints", "shared_buffers",
}  # fmt: skip


def options(command):
    """What a command sets by -c."""
    return dict(word.split("=") for mark, word in pairwise(command) if mark == "-c")


def urls():
    """The two addresses of the file's first lines, with passwords in place of their names."""
    found = dict(re.findall(r"^#   (DATABASE_URL|BROKER_URL)=(\S+)$", TEXT, re.MULTILINE))
    return {name: re.sub(r"\$\w+", "a1b2", url) for name, url in found.items()}


def test_the_addresses_that_are_told_are_those_of_the_containers():
    told = database.describe(urls()["DATABASE_URL"], pooled=False)
    where = (told["USER"], told["NAME"], f"{told['HOST']}:{told['PORT']}:5432")
    broker = redis.connection.parse_url(urls()["BROKER_URL"])

    given = POSTGRES["environment"]
    assert where == (given["POSTGRES_USER"], given["POSTGRES_DB"], *POSTGRES["ports"])
    assert [f"{broker['host']}:{broker['port']}:6379"] == VALKEY["ports"]
    assert set(re.findall(r"\$\{(\w+):\?", TEXT)) == set(
        re.findall(r"export (\w+)=.* (\w+)=", TEXT)[0]
    )


def test_the_containers_keep_their_data_in_named_volumes_and_are_of_the_embedded_major(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]

    assert POSTGRES["image"].split(":")[1] == embedded.POSTGRES_FOLDER.removeprefix("pg")
    assert POSTGRES["volumes"] == ["postgres:/var/lib/postgresql"]  # of 18 on, not …/data
    assert VALKEY["volumes"] == ["valkey:/data"]
    assert set(COMPOSE["volumes"]) == {"postgres", "valkey"}
    assert f"--encoding={encoding}" in POSTGRES["environment"]["POSTGRES_INITDB_ARGS"].split()


def test_postgresql_is_set_as_the_embedded_one_is(tmp_path):
    (tmp_path / embedded.POSTGRES_FOLDER).mkdir()
    (tmp_path / embedded.POSTGRES_FOLDER / "PG_VERSION").touch()  # only the command is looked at
    own = options(embedded.postgres(tmp_path, "x").command)
    given = options(POSTGRES["command"])

    assert POSTGRES["command"] == [
        "postgres",
        *(w for one in given.items() for w in ("-c", "=".join(one))),
    ]
    assert given == {name: own[name] for name in given}
    assert own.keys() - given.keys() == OF_THIS_MACHINE


def test_valkey_takes_its_configuration_and_the_check_of_its_health_sees_it(tmp_path):
    conf, port = tmp_path / "valkey.conf", embedded.free_port()
    content = COMPOSE["configs"]["valkey"]["content"]
    conf.write_text(re.sub(r"\$\{[^}]*\}", "a1b2", content))
    program = embedded.valkey(tmp_path, "unused").command[-2]
    own = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path))
    server = subprocess.Popen([program, conf, *own], stdout=subprocess.DEVNULL)

    def ask(password):
        at_once = Retry(NoBackoff(), 0)
        with redis.Redis(port=port, password=password, retry=at_once) as client:
            return client.ping()

    def answers():
        with pytest.raises(redis.ConnectionError) as refused:
            ask(None)
        return isinstance(refused.value, redis.AuthenticationError)

    try:
        until(answers)
        told = ask("a1b2")
    finally:
        server.terminate()
        server.wait(10)

    assert VALKEY["command"] == ["valkey-server", VALKEY["configs"][0]["target"]]
    assert told is True


def test_the_programs_that_run_beside_it_are_those_that_make_run_starts():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("## On servers of your own")[1].split("\n## ")[0]
    listed = [shlex.split(words, comments=True) for words in PROGRAM.findall(section)]
    prepare, *beside = (words[1:] if words[0].startswith("python") else words for words in listed)
    given = SimpleNamespace(
        PORT=8000, FLOWER_PORT=5555, TUYA_FEED="event", FLEET_DATA=Path("/var/lib/fleet")
    )
    started = [own(part.command) for part in up.product(given, {"flower_account": "a:b"})]

    assert prepare == ["-m", "fleet.prepare"]
    assert len(beside) == len(started)
    fitting = [[set(words) <= set(one) for one in started] for words in beside]
    assert [row.count(True) for row in fitting] == [1] * len(beside)
    assert [any(column) for column in zip(*fitting, strict=True)] == [True] * len(started)


def own(command):
    """A part's command, as a person types it."""
    words = [*command[command.index(sys.executable) + 1 :]]
    return words[1:] if words[0] == "-m" else words
