"""`manage.py export_logs`: the same export, into a file that is there only when it is whole."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from devices.models import LogEntry
from people.roles import Role
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def history():
    one, two = made.device("dev1"), made.device("dev2", product=None)
    made.log(one, 1)
    made.log(two, 2, event_id=1)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_the_file_holds_what_rest_would_send(history, tmp_path, kind):
    query = {"device": "dev1", "product_id": "plug-product", "fields": "device_id,value"}
    answer = persons.api(Role.VIEWER).get("/api/v1/logs/", query | {"format": kind})

    call_command("export_logs", format=kind, output=tmp_path / "log", **query)

    assert (tmp_path / "log").read_bytes() == b"".join(answer.streaming_content)
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_the_terminal_gets_it_when_no_file_is_named(history, capfdbinary):
    call_command("export_logs", fields="device_id")

    assert capfdbinary.readouterr().out == b"device_id\r\ndev2\r\ndev1\r\n"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"event": "x"}, "--event: A whole number from -32768 to 32767, please."),
        ({"fields": "colour"}, "--fields: No such field: colour. Known here: event_time"),
        (
            {"output": Path("/nowhere/log")},
            "/nowhere/log cannot be written: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_done_is_said(history, given, told):
    with pytest.raises(CommandError, match=told):
        call_command("export_logs", **given)


def test_an_export_that_breaks_off_leaves_no_file(history, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LogEntry._meta.db_table} RENAME TO gone")

    with pytest.raises(Exception, match="does not exist"):
        call_command("export_logs", output=tmp_path / "log")

    assert list(tmp_path.iterdir()) == []


def test_the_command_loads_nothing_of_rests_calls_and_no_client_of_the_broker():
    asked = "import django; django.setup(); from devices.management.commands import export_logs"
    loaded = f"{asked}; import sys; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True)

    assert {"rest.calls", "devices.api", "drf_spectacular.openapi", "redis"}.isdisjoint(
        done.stdout.decode().split()
    )
