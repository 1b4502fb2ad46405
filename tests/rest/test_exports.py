"""CSV and NDJSON: the whole list in the order of its pages, harmless to spreadsheets."""

import csv
import io
import json
import logging

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import ProgrammingError, connection
from django.test import AsyncClient

from devices.models import LogEntry
from people.roles import Role
from rest import exports
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db

LOGS, DEVICES = "/api/v1/logs/", "/api/v1/devices/"


@pytest.fixture
def api():
    return persons.api(Role.VIEWER)


def text(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def listed(api, path, **query):
    """All rows of the list, page by page."""
    page = api.get(path, query | {"page_size": 2}).json()
    rows = page["results"]
    while page["next"]:
        page = api.get(page["next"]).json()
        rows += page["results"]
    return rows


@pytest.fixture
def crowd(monkeypatch):
    """Seven devices and seven events, read three at a time."""
    monkeypatch.setattr(exports, "CHUNK", 3)
    for number in range(7):
        one = made.device(f"dev{number}", name=f"{number % 3} 灯", online=number % 2 == 0)
        made.log(one, minutes=number // 2)


@pytest.mark.parametrize(
    ("path", "query"),
    [(LOGS, {}), (LOGS, {"device": "dev1,dev4"}), ("/api/v1/devices/dev3/logs/", {}),
     (DEVICES, {"online": "true", "ordering": "-name"}), (DEVICES, {"ordering": "last_event_at"})],
)  # fmt: skip
def test_an_export_has_the_rows_of_the_list_in_its_order(api, crowd, path, query):
    rows = listed(api, path, **query)

    objects = text(api.get(path, query | {"format": "ndjson"}))
    table = text(api.get(path, query, HTTP_ACCEPT="text/csv"))

    assert [json.loads(line) for line in objects.splitlines()] == rows
    head, *lines = csv.reader(io.StringIO(table, newline=""))
    assert head == list(rows[0])
    assert lines == [["" if v is None else str(exports.cell(v)) for v in r.values()] for r in rows]


def test_an_export_tells_what_it_is(api):
    made.device("dev1", name="=1+1", tags=["a", "b"])

    table = api.get(DEVICES, {"format": "csv", "fields": "tags,name,online,device_id"})
    objects = api.get(DEVICES, {"fields": "name"}, HTTP_ACCEPT="application/x-ndjson")

    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"].startswith('attachment; filename="fleet-devices-')
    assert text(table) == (
        "tags,name,online,device_id\r\n" + '"[""a"",""b""]",' + "'=1+1,true,dev1\r\n"
    )
    assert objects.headers["Content-Type"] == "application/x-ndjson"
    assert text(objects) == '{"name":"=1+1"}\n'


@pytest.mark.parametrize(
    ("value", "written"),
    [("=1", "'=1"), ("+cmd|' /C'!A0", "'+cmd|' /C'!A0"), ("-x", "'-x"), ("@SUM(1)", "'@SUM(1)"),
     ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\n", "'\n"), ("＝1", "'＝1"), ("-5", "-5"),
     ("+86.5e3", "+86.5e3"),
     ("+08:00", "+08:00"), ("-1+1", "'-1+1"), ("a=1", "a=1"), ("", ""), (None, None), (-5, -5),
     (True, "true"), ({"a": "é"}, '{"a":"é"}'), ([], "[]")],
)  # fmt: skip
def test_no_cell_starts_a_formula(value, written):
    assert exports.cell(value) == written


def test_nothing_to_export_is_a_head_without_rows(api):
    assert text(api.get(DEVICES, {"format": "csv", "fields": "name"})) == "name\r\n"
    assert text(api.get(DEVICES, {"format": "ndjson"})) == ""


def test_an_export_has_no_pages_and_no_other_format(api):
    paged = api.get(DEVICES, {"format": "csv", "page_size": 5})
    foreign = api.get(DEVICES, {"format": "xml"})
    elsewhere = api.get("/api/v1/operations/", {"format": "csv"})
    unheard = api.get(DEVICES, HTTP_ACCEPT="image/png")

    assert [answer.json()["errors"] for answer in (paged, foreign)] == [
        {"page_size": ["A whole list has no pages."]},
        {"format": ["One of: json, csv, ndjson."]},
    ]
    assert (elsewhere.status_code, unheard.status_code) == (400, 406)
    assert unheard.headers["Content-Type"] == "application/problem+json"


def test_asking_for_the_head_of_an_export_reads_no_rows(api, django_assert_max_num_queries):
    made.device("dev1")

    with django_assert_max_num_queries(6):  # who asks, with which right
        answer = api.head(DEVICES, {"format": "csv"})

    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"")


def test_an_export_is_written_in_the_language_of_its_caller(api):
    made.log(made.device("dev1"), event_id=1)

    answer = api.get(LOGS, {"format": "ndjson", "fields": "event"}, HTTP_ACCEPT_LANGUAGE="zh-hans")

    assert text(answer) == '{"event":"上线"}\n'


def test_a_fault_on_the_way_does_not_look_like_the_end(api, crowd, caplog):
    token, told = api._credentials["HTTP_AUTHORIZATION"], []

    async def read():
        answer = await AsyncClient().get(f"{LOGS}?format=csv", headers={"Authorization": token})
        assert answer.is_async
        async for part in answer.streaming_content:
            told.append(part.count(b"\n"))
            if len(told) == 2:
                await sync_to_async(break_table)()

    with caplog.at_level(logging.ERROR), pytest.raises(ProgrammingError):
        async_to_sync(read)()
    assert told == [1, 3]
    assert [(one.message, one.rows) for one in caplog.records] == [("export broken off", 3)]


def break_table():
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LogEntry._meta.db_table} RENAME TO gone")
