import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device, SyncRun
from people.roles import Role
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db

OURS = "Only tags and note are ours to set. To rename, POST operations/."
NO_QUOTES = "A tag has no double quotes: nobody could search for it."
TOO_LONG = "Ensure this field has no more than 64 characters."
AT = "2026-11-20T08:00:00.000Z"


@pytest.fixture
def api():
    return persons.api(Role.VIEWER)


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_a_device_is_shown_whole_and_never_with_its_key(api, settings):
    settings.TUYA_BASE_URL = "https://openapi.tuyacn.com"
    made.device(
        "dev1",
        name="Desk plug",
        uuid="u1",
        sn="s1",
        mac="aa:bb",
        ip="1.2.3.4",
        time_zone="+08:00",
        owner_id="17",
        uid="ay1",
        icon="smart/icon/plug.png",
        active_at=made.START,
        tags=["desk"],
        note="Below the desk.",
    )

    answer = api.get("/api/v1/devices/dev1/")

    assert answer.status_code == 200
    assert "never-to-be-shown" not in answer.content.decode()
    assert answer.json() == {
        "device_id": "dev1",
        "name": "Desk plug",
        "category": "cz",
        "category_name": "socket",
        "product_id": "plug-product",
        "product_name": "Smart plug",
        "online": True,
        "online_since": None,
        "sub": False,
        "gateway": "",
        "uuid": "u1",
        "sn": "s1",
        "mac": "aa:bb",
        "ip": "1.2.3.4",
        "time_zone": "+08:00",
        "owner_id": "17",
        "uid": "ay1",
        "icon_url": "https://images.tuyacn.com/smart/icon/plug.png",
        "model": "",
        "active_at": AT,
        "created_at": None,
        "updated_at": None,
        "first_seen_at": AT,
        "last_seen_at": AT,
        "last_event_at": None,
        "state": "present",
        "state_since": AT,
        "state_reason": "",
        "retired_at": None,
        "tags": ["desk"],
        "note": "Below the desk.",
        "status": {"switch_1": True},
        "predecessor": None,
        "possible_predecessors": [],
        "retired_by": "",
        "retired_reason": "",
    }


def test_a_present_device_was_seen_by_the_last_complete_look_a_missing_one_was_not(api):
    later = made.START + timedelta(hours=1)
    made.device("here", name="a")
    made.device("gone", name="b", state="missing")
    SyncRun.objects.create(kind="sync", outcome="complete", started_at=later)
    SyncRun.objects.create(kind="sync", outcome="incomplete", started_at=later + timedelta(hours=1))

    rows = api.get("/api/v1/devices/").json()["results"]

    assert [row["last_seen_at"] for row in rows] == ["2026-11-20T09:00:00.000Z", AT]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["lamp", "plug", "sensor"]),
        ("search=LAM", ["lamp"]),
        ("search=dev-s", ["sensor"]),
        ("online=true", ["plug"]),
        ("online=false", ["lamp"]),
        ("online=unknown", ["sensor"]),
        ("category=dj", ["lamp"]),
        ("category=dj,wsdcg", ["lamp", "sensor"]),
        ("product_id=plug-product", ["plug"]),
        ("gateway=gw1", ["sensor"]),
        ("sub=true", ["sensor"]),
        ("sub=false", ["lamp", "plug"]),
        ("tag=hall", ["lamp", "plug"]),
        ("tag=hall,tall", ["lamp"]),
        ("state=removed", ["old"]),
        ("state=present,removed", ["lamp", "old", "plug"]),
        ("state=missing", ["sensor"]),
        ("q=state:all", ["lamp", "old", "plug", "sensor"]),
        ("q=online:false lam name:~LA", ["lamp"]),
        ("q=online:false&category=wsdcg", []),
        ("q=seen:<24h", []),
        ("q=operation:open", []),
        ("q=product:plug-product", ["plug"]),
        ("dp=switch_1=true", ["plug"]),
        ("dp=mode=white&dp=bright=10", ["lamp"]),
        ("dp=mode=white&dp=bright=11", []),
        ("updated_after=2026-11-20T08:00:00Z", ["sensor"]),
        ("ordering=-name", ["sensor", "plug", "lamp"]),
        ("ordering=device_id", ["lamp", "plug", "sensor"]),
        ("ordering=-last_event_at", ["plug", "lamp", "sensor"]),
        ("ordering=category", ["plug", "lamp", "sensor"]),
    ],
)
def test_each_filter_and_ordering_finds_its_devices(api, query, found):
    other = made.product("other", [])
    made.device("dev-p", name="plug", tags=["hall"], last_event_at=made.START + timedelta(hours=1))
    made.device(
        "dev-l",
        name="lamp",
        category="dj",
        product=other,
        online=False,
        tags=["hall", "tall"],
        status={"mode": "white", "bright": 10},
        last_event_at=made.START,
        updated_at=made.START,
    )
    made.device(
        "dev-s",
        name="sensor",
        category="wsdcg",
        product=None,
        online=None,
        sub=True,
        gateway_id="gw1",
        state="missing",
        status={},
        updated_at=made.START + timedelta(seconds=1),
    )
    made.device("dev-o", name="old", product=other, state="removed", status={})

    assert names(api.get(f"/api/v1/devices/?{query}")) == found


@pytest.mark.parametrize("ordering", ["name", "-last_event_at", "category", "updated_at"])
def test_every_device_is_met_once_whatever_the_ordering(api, ordering):
    for number in range(7):
        made.device(
            name="same" if number % 2 else f"n{number}",
            last_event_at=None if number % 3 else made.START + timedelta(hours=number),
        )

    seen, url = [], f"/api/v1/devices/?page_size=2&ordering={ordering}"
    while url:
        page = api.get(url).json()
        seen += [row["device_id"] for row in page["results"]]
        url = page["next"]

    assert sorted(seen) == sorted(Device.objects.values_list("device_id", flat=True))


@pytest.mark.parametrize(
    "query",
    ["colour=red", "online=perhaps", "q=colour:red", "q=seen:soon", "state=lost",
     "dp=switch_1", "ordering=local_key", "updated_after=soon", "sub=2", "cursor=zzz",
     "page_size=many", "search=%00"],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_refused_and_widens_nothing(api, query):
    answer = api.get(f"/api/v1/devices/?{query}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    body = answer.json()
    assert query.partition("=")[0] in (*body.get("errors", {}), "cursor" * ("errors" not in body))


def test_a_list_costs_the_same_for_one_device_and_for_fifty(api, django_assert_num_queries):
    made.device()
    cost = 3  # the token with its owner's rights, its last use, the page
    with django_assert_num_queries(cost):
        assert len(api.get("/api/v1/devices/").json()["results"]) == 1
    for _ in range(49):
        made.device()
    with django_assert_num_queries(cost - 1):  # the token was used a moment ago
        assert len(api.get("/api/v1/devices/").json()["results"]) == 50


def test_tags_and_note_are_ours_to_set():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1", tags=["old"], note="kept")

    answer = operator.patch("/api/v1/devices/dev1/", {"tags": [" b ", "a", "a"]}, format="json")

    assert answer.status_code == 200
    assert (answer.json()["tags"], answer.json()["note"]) == (["a", "b"], "kept")
    assert Device.objects.get().tags == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "x"}, {"name": [OURS]}),
        ({"tags": ["x" * 65]}, {"tags": {"0": [TOO_LONG]}}),
        ({"tags": ["a", 'x"y']}, {"tags": {"1": [NO_QUOTES]}}),
        ({"tags": "x"}, {"tags": ['Expected a list of items but got type "str".']}),
        ({"note": None}, {"note": ["This field may not be null."]}),
    ],
)  # fmt: skip
def test_nothing_else_can_be_set(body, errors):
    made.device("dev1")

    answer = persons.api(Role.OPERATOR).patch("/api/v1/devices/dev1/", body, format="json")

    assert (answer.status_code, answer.json()["errors"]) == (400, errors)


def test_a_viewer_cannot_set_tags(api):
    made.device("dev1")

    answer = api.patch("/api/v1/devices/dev1/", {"tags": []}, format="json")

    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This token may not edit tags and notes: it takes the role operator.",
    )


@pytest.mark.parametrize(
    "path",
    ["", "status/", "history/?code=a", "logs/", "coverage/", "sub-devices/", "factory-info/",
     "delivery/"],
)  # fmt: skip
def test_an_unknown_device_is_not_found_anywhere(api, path):
    answer = api.get(f"/api/v1/devices/nobody/{path}")

    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "Fleet knows no device with the id nobody.",
    )


@pytest.mark.parametrize(
    ("ordering", "index"),
    [("name", "device_by_name"), ("-last_event_at", "device_by_last_event")],
)
def test_a_deep_page_is_found_by_its_key_in_the_index(api, ordering, index):
    for number in range(6):
        made.device(last_event_at=made.START + timedelta(hours=number))
    first = api.get(f"/api/v1/devices/?page_size=2&ordering={ordering}").json()

    with CaptureQueriesContext(connection) as seen:
        assert len(api.get(first["next"]).json()["results"]) == 2

    page = next(one["sql"] for one in seen if "devices_device.icon" in one["sql"])
    with connection.cursor() as cursor:
        # six rows need no index; what counts is that the condition can be put to it
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN (COSTS OFF) " + page)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    column = ordering.removeprefix("-")
    assert f"Index Scan using {index}" in plan
    assert re.search(rf"Index Cond: \(+{column}\)?(::text)? [<>]= ", plan)
