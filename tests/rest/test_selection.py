"""`fields=`: a caller takes what it needs, by the names of the answer."""

import pytest

from people.roles import Role
from tests.devices.api import made
from tests.people import persons
from tests.rest import described

pytestmark = pytest.mark.django_db


WHOLE = {"exports_file", "exports_manifest"}  # nothing is left out of a file and its proof


@pytest.fixture
def api():
    return persons.api(Role.ADMIN)


def members(body):
    """The names of each row, or of the thing itself."""
    rows = body.get("results", [body]) if isinstance(body, dict) else body
    return {tuple(row) for row in rows}


def test_every_read_gives_only_the_members_asked_for(api):
    made.log(made.device("dev1"))
    operation = made.operation(api.owner, list(made.Device.objects.all()))
    tried, wrong = 0, []

    for path, _method, call in described.calls("get"):
        if call["operationId"] in WHOLE:
            continue
        known = next(one for one in call["parameters"] if one["name"] == "fields")
        first, *_others, last = known["schema"]["items"]["enum"]
        query = {"fields": f"{last},{first}"} | ({"code": "x"} if "history" in path else {})
        answer = api.get(described.filled(path, operation_id=operation.pk), query)
        if answer.status_code == 404:
            continue
        tried += 1
        if not members(answer.json()) <= {(last, first)}:
            wrong.append((path, answer.json()))

    assert wrong == []
    assert tried > 15


def test_a_list_keeps_its_links(api):
    made.device("dev1", name="A")
    made.device("dev2", name="B")

    page = api.get("/api/v1/devices/?fields=name,device_id&page_size=1").json()

    assert page["results"] == [{"name": "A", "device_id": "dev1"}]
    assert api.get(page["next"]).json()["results"] == [{"name": "B", "device_id": "dev2"}]


def test_a_member_that_nobody_has_is_refused_with_the_names_of_all(api):
    made.device("dev1")

    answer = api.get("/api/v1/devices/dev1/factory-info/?fields=mac,local_key,mac")

    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "fields": ["No such field: local_key. Known here: device_id, uuid, sn, mac, read_at."]
    }
