"""Devices retired and brought back over REST, one and many, and the 409s on the way."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device, OperationItem
from people.models import Deed
from people.roles import Role
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db

URL = "/api/v1/devices/"


@pytest.fixture
def api():
    return persons.api(Role.MANAGER)


def listed(api, query=""):
    return [row["device_id"] for row in api.get(f"{URL}{query}").json()["results"]]


def problem(answer):
    return answer.status_code, answer.json()["code"], answer.json()["detail"]


def remove(api, *devices):
    body = {"kind": "remove", "devices": devices, "reason": "sold"}
    return api.post("/api/v1/operations/", body, format="json", HTTP_IDEMPOTENCY_KEY="k")


def test_one_is_retired_is_hidden_and_is_brought_back(api):
    made.device("dev1")
    made.device("dev2", state="removed", retired_at=made.START)

    retired = api.post(f"{URL}dev1/retire/", {"reason": " spare "}, format="json")
    again = api.post(f"{URL}dev1/retire/", {"reason": "other"}, format="json").json()
    queries = ("", "?retired=true", "?retired=false", "?q=retired:true", "?state=removed")
    hidden = {query: listed(api, query) for query in queries}
    refused = api.post(f"{URL}dev1/sync/")
    back = api.post(f"{URL}dev1/restore/").json()

    row = retired.json()
    by = Deed.objects.get(what=Deed.What.RETIRED).who
    assert (retired.status_code, row["retired_by"], row["retired_reason"]) == (200, by, "spare")
    assert by.startswith(f"{api.owner.username} (")
    assert row["retired_at"] is not None
    assert again == row
    assert hidden == {
        "": [],
        "?retired=true": ["dev1"],
        "?retired=false": [],
        "?q=retired:true": ["dev1"],
        "?state=removed": ["dev2"],
    }
    assert problem(refused) == (409, "retired", "This device is retired: bring it back first.")
    assert (back["retired_at"], back["retired_by"], back["retired_reason"]) == (None, "", "")
    assert listed(api) == ["dev1"]


def test_many_are_retired_and_brought_back_and_each_that_is_left_says_why(api):
    made.device("dev1")
    made.device("dev2", state="removed")
    body = {"devices": ["dev1", "dev2", "dev3"], "reason": "spare"}

    retired = api.post(f"{URL}retire/", body, format="json").json()
    back = api.post(f"{URL}restore/", {"devices": ["dev1", "dev2"]}, format="json").json()

    gone = {"device_id": "dev2", "why": "It was removed from the cloud already."}
    unknown = {"device_id": "dev3", "why": "Fleet knows no device with this id."}
    assert retired == {"changed": ["dev1"], "skip": [gone, unknown]}
    assert back == {
        "changed": ["dev1"],
        "skip": [{"device_id": "dev2", "why": "It is not retired."}],
    }


def test_what_cannot_be_retired_or_brought_back_answers_why(api):
    made.device("gone", state="removed")
    busy = made.device("dev1", retired_at=made.START)
    order = made.operation(persons.user(Role.MANAGER), [busy], kind="remove")

    removed = api.post(f"{URL}gone/retire/", {"reason": "spare"}, format="json")
    held = api.post(f"{URL}dev1/restore/")
    unsaid = api.post(f"{URL}dev1/retire/", {"reason": " "}, format="json")
    unknown = api.post(f"{URL}dev9/retire/", {"reason": "spare"}, format="json")

    assert problem(removed) == (409, "removed", "This device was removed from the cloud.")
    assert problem(held) == (409, "busy", f"Operation #{order.pk} on it is not over yet.")
    assert held.json()["operation"] == order.pk
    assert (unsaid.status_code, list(unsaid.json()["errors"])) == (400, ["reason"])
    assert unknown.status_code == 404
    assert Deed.objects.filter(what__in=("retired", "brought-back")).count() == 0


def test_where_devices_are_retired_first_a_removal_of_others_answers_409_and_the_way(api, settings):
    settings.RETIRE_FIRST = True
    made.device("dev1")

    refused = remove(api, "dev1")
    api.post(refused.json()["retire_url"], {"reason": "sold"}, format="json")
    taken = remove(api, "dev1")

    why = "dev1: It is not retired: here a device is retired before it is removed."
    way = "/api/v1/devices/dev1/retire/"
    assert problem(refused) == (
        409,
        "not_retired",
        f"{why} POST {way} with a reason, then ask again.",
    )
    assert (refused.json()["retire_url"], taken.status_code) == (way, 202)
    assert OperationItem.objects.get().device_key == "dev1"


def test_of_some_only_the_retired_are_removed(api, settings):
    settings.RETIRE_FIRST = True
    made.device("dev1")
    made.device("dev2", retired_at=made.START)

    remove(api, "dev1", "dev2")

    outcomes = OperationItem.objects.order_by("device_key").values_list("device_key", "outcome")
    assert list(outcomes) == [("dev1", "skipped"), ("dev2", "queued")]


@pytest.mark.parametrize("call", ["dev1/retire/", "dev1/restore/", "retire/", "restore/"])
def test_an_operator_neither_retires_nor_brings_back(call):
    made.device("dev1")
    body = {"devices": ["dev1"], "reason": "spare"}

    answer = persons.api(Role.OPERATOR).post(f"{URL}{call}", body, format="json")

    assert answer.status_code == 403
    assert Device.objects.get().retired_at is None


def test_many_cost_as_many_queries_as_few(api):
    for number in range(40):
        made.device(f"dev{number}")

    def cost(call, count):
        body = {"devices": [f"dev{number}" for number in range(count)], "reason": "spare"}
        with CaptureQueriesContext(connection) as queries:
            api.post(f"{URL}{call}/", body, format="json")
        return len(queries)

    cost("retire", 1), cost("restore", 1)  # of the first call the token's use is on record
    few = cost("retire", 2), cost("restore", 2)
    many = cost("retire", 40), cost("restore", 40)

    assert few == many
    assert Device.objects.retired().count() == 0
