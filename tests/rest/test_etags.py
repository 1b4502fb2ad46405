"""Tags: what is known already is not sent again, what was changed meanwhile is not overwritten."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device, Operation
from people.roles import Role
from reporting.models import MappingRow
from tests.devices.api import made
from tests.people import persons
from tests.rest import described

pytestmark = pytest.mark.django_db

HERE = "/api/v1/devices/dev1/"
ROW = {"code": "mode", "property": "Mode", "kind": "words", "parameters": {"eco": "AUTO"}}


@pytest.fixture
def api():
    made.device("dev1", tags=["hall"], note="")
    return persons.api(Role.ADMIN)


def patch(api, tag, path=HERE, **body):
    return api.patch(path, body, format="json", HTTP_IF_MATCH=tag)


def test_every_read_has_a_tag_and_says_nothing_twice(api):
    operation = made.operation(api.owner, [Device.objects.get()])
    told, silent = [], []

    for path, _method, call in described.calls("get"):
        address = described.filled(path, operation_id=operation.pk)
        query = {"code": "switch_1", "end": "2026-11-21"} if "history" in path else {}
        first = api.get(address, query)
        if first.status_code == 404:
            continue
        again = api.get(address, query, HTTP_IF_NONE_MATCH=first.headers["ETag"])
        told.append(path)
        if again.status_code != 304 or again.content or "304" not in call["responses"]:
            silent.append((path, again.status_code))

    # these two tell of the moment at which they are asked
    assert {path for path, _ in silent} <= {
        "/api/v1/devices/{device_id}/coverage/",
        "/api/v1/delivery/",
    }
    assert len(told) > 15


def test_a_read_that_has_news_is_answered_whole_under_another_tag(api):
    first = api.get(HERE)
    Device.objects.update(name="New")

    second = api.get(HERE, HTTP_IF_NONE_MATCH=f'"x", {first.headers["ETag"]}')
    third = api.get(HERE, HTTP_IF_NONE_MATCH=f"W/{second.headers['ETag']}")

    assert (second.status_code, second.json()["name"], third.status_code) == (200, "New", 304)
    assert second.headers["Cache-Control"] == "private, no-cache"
    assert third.headers["ETag"] == second.headers["ETag"]


def test_another_language_is_another_answer(api):
    english = api.get(HERE)

    chinese = api.get(
        HERE, HTTP_IF_NONE_MATCH=english.headers["ETag"], HTTP_ACCEPT_LANGUAGE="zh-hans"
    )

    assert chinese.status_code == 200
    assert "Accept-Language" in chinese.headers["Vary"]


def test_a_note_is_not_written_over_what_somebody_wrote_meanwhile(api):
    tag = api.get(HERE).headers["ETag"]

    mine = patch(api, tag, note="mine")
    theirs = patch(api, tag, note="theirs")
    at_last = patch(api, mine.headers["ETag"], note="both")

    assert (mine.status_code, theirs.status_code, at_last.status_code) == (200, 412, 200)
    assert theirs.headers["Content-Type"] == "application/problem+json"
    assert theirs.json() == {
        "type": "about:blank",
        "title": "Precondition Failed",
        "status": 412,
        "code": "changed",
        "detail": "This was changed since it was read: read it again, then decide.",
        "instance": HERE,
    }
    assert Device.objects.get().note == "both"


@pytest.mark.parametrize("wrap", ["{}", "W/{}", '"x.y", {}', "*"])
def test_what_the_cloud_told_meanwhile_does_not_stand_in_the_way(api, wrap):
    tag = api.get(HERE, {"fields": "name"}).headers["ETag"]
    Device.objects.update(online=False, status={"switch_1": False})

    assert patch(api, wrap.format(tag), note="mine").status_code == 200


@pytest.mark.parametrize("tag", ["", '"x"', "nonsense", '"."', '"", W/""'])
def test_a_tag_of_nothing_changes_nothing(api, tag):
    assert (patch(api, tag, note="x").status_code, Device.objects.get().note) == (412, "")


def test_an_operation_that_moved_is_not_steered_by_an_old_look(api):
    operation = made.operation(api.owner, [Device.objects.get()])
    path = f"/api/v1/operations/{operation.pk}/"
    tag = api.get(path).headers["ETag"]
    Operation.objects.update(state="paused")

    late = api.post(f"{path}cancel/", HTTP_IF_MATCH=tag)
    now = api.post(f"{path}cancel/", HTTP_IF_MATCH=api.get(path).headers["ETag"])

    assert (late.status_code, now.status_code) == (412, 200)


def test_a_row_of_the_mapping_is_switched_and_removed_only_as_it_was_read(api):
    number = api.post("/api/v1/delivery/mapping/", ROW, format="json").json()["id"]
    path = f"/api/v1/delivery/mapping/{number}/"
    old = api.get(path).headers["ETag"]
    off = patch(api, old, path, enabled=False)

    late = api.delete(path, HTTP_IF_MATCH=old)
    gone = api.delete(path, HTTP_IF_MATCH=off.headers["ETag"])

    assert (off.status_code, late.status_code, gone.status_code) == (200, 412, 204)
    assert not MappingRow.objects.exists()


def test_the_question_is_asked_of_a_row_that_is_held(api):
    tag = api.get(HERE).headers["ETag"]

    with CaptureQueriesContext(connection) as asked:
        patch(api, tag, note="mine")

    assert [one for one in asked.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
