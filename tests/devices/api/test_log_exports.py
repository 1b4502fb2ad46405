"""REST: exports of logs as files, asked for, followed, downloaded in parts, and given up."""

import gzip
from datetime import timedelta

import pytest

from devices import exporting
from devices.models import LogExport
from people.roles import Role
from tests.devices.api import made
from tests.devices.api.made import START
from tests.people import persons

pytestmark = pytest.mark.django_db

DAY = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z"}


@pytest.fixture
def api(settings, tmp_path):
    settings.FLEET_DATA = tmp_path
    return persons.api(Role.VIEWER)


def body_of(answer):
    return b"".join(answer.streaming_content)


def test_the_ids_that_a_device_continues_are_written_with_it_where_that_is_asked(api):
    first = made.device("dev0")
    second = made.device("dev1", predecessor=first)
    made.device("dev2", predecessor=second)

    asked = [
        api.post("/api/v1/exports/", DAY | {"device": ["dev2"]} | more)
        for more in ({}, {"with": "predecessor"}, {"with": "successor"})
    ]

    told = [(answer.status_code, answer.json().get("query", {}).get("device")) for answer in asked]
    assert told == [(202, ["dev2"]), (202, ["dev2", "dev1", "dev0"]), (400, None)]


def test_a_script_asks_for_a_file_and_gets_it_with_its_proof(api):
    plug = made.device("dev1")
    made.log(plug, value=True)
    made.log(plug, 1, event_id=1)

    asked = api.post(
        "/api/v1/exports/", DAY | {"device": ["dev1"], "event": [7], "format": "ndjson"}
    )
    exporting.write_due(lambda: START + timedelta(days=1))
    shown = api.get(asked["Location"]).json()
    whole, part = api.get(shown["file"]), api.get(shown["file"], HTTP_RANGE="bytes=10-19")
    content = body_of(whole)

    assert (asked.status_code, asked.json()["state"], asked.json()["rows_expected"]) == (
        202, "waiting", None,
    )  # fmt: skip
    assert {name: shown[name] for name in ("state", "rows", "percent", "eta_seconds", "error")} == {
        "state": "done", "rows": 1, "percent": 100, "eta_seconds": None, "error": "",
    }  # fmt: skip
    assert shown["query"] == {
        "start": "2026-11-20T00:00:00.000Z", "end": "2026-11-21T00:00:00.000Z",
        "event": [7], "source": [], "provenance": [], "code": [], "not_code": [],
        "changes": False, "device": ["dev1"], "product_id": None,
    }  # fmt: skip
    assert gzip.decompress(content).startswith(b'{"event_time":"2026-11-20T08:00:00.000Z"')
    assert whole["ETag"] == f'"{shown["sha256"]}"'
    assert (part.status_code, part["Content-Range"], body_of(part)) == (
        206, f"bytes 10-19/{len(content)}", content[10:20],
    )  # fmt: skip
    assert api.get(shown["file"], HTTP_RANGE="bytes=99999-").status_code == 416
    assert api.get(shown["manifest"]).json()["sha256"] == shown["sha256"]


def test_others_exports_do_not_exist_and_an_admin_sees_all(api):
    asked = api.post("/api/v1/exports/", DAY).json()
    other, admin = persons.api(Role.MANAGER), persons.api(Role.ADMIN)
    address = f"/api/v1/exports/{asked['id']}/"

    answers = [other.get(address + part).status_code for part in ("", "file/", "manifest/")]
    answers.append(other.post(address + "cancel/").status_code)

    assert answers == [404, 404, 404, 404]
    assert [len(one.get("/api/v1/exports/").json()["results"]) for one in (api, other, admin)] == [
        1, 0, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"device": ["nobody"]}, "device"),
        ({"start": "2026-11-22T00:00:00Z", "end": "2026-11-21T00:00:00Z"}, "start"),
        ({"event": ["x"]}, "event"),
        ({"devcie": ["dev1"]}, "devcie"),
        ({"format": "xlsx"}, "format"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_by_name(api, body, field):
    answer = api.post("/api/v1/exports/", body)

    assert (answer.status_code, [*answer.json()["errors"]]) == (400, [field])
    assert LogExport.objects.count() == 0


def test_what_is_cancelled_or_not_done_has_no_file_and_no_proof(api):
    asked = api.post("/api/v1/exports/", DAY).json()
    address = f"/api/v1/exports/{asked['id']}/"

    early = api.get(address + "file/"), api.get(address + "manifest/")
    cancelled = api.post(address + "cancel/").json()
    again = api.post(address + "cancel/")

    assert [(one.status_code, one.json()["code"]) for one in (*early, again)] == [
        (409, "no_file"), (409, "no_manifest"), (409, "wrong_state"),
    ]  # fmt: skip
    assert (cancelled["state"], cancelled["file"]) == ("cancelled", None)


def test_a_list_of_exports_costs_the_same_for_one_and_for_many(api, django_assert_num_queries):
    for _ in range(2):
        api.post("/api/v1/exports/", DAY)
    with django_assert_num_queries(2):
        found = api.get("/api/v1/exports/?state=waiting&page_size=1").json()
    with django_assert_num_queries(2):
        api.get("/api/v1/exports/")

    assert (len(found["results"]), found["next"] is not None) == (1, True)
