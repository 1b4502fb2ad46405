from datetime import timedelta

import pytest

from devices.models import Provenance
from people.roles import Role
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return persons.api(Role.VIEWER)


def test_a_status_says_what_was_sent_and_what_it_means(api):
    made.device(
        "dev1",
        status={"switch_1": True, "cur_power": 223, "odd": [1]},
        stamps={"cur_power": [1_700_000_000_007, 1_700_000_001_000, 2]},
    )

    found = api.get("/api/v1/devices/dev1/status/").json()

    assert [row["code"] for row in found] == ["cur_power", "odd", "switch_1"]
    power = found[0]
    assert power == {
        "code": "cur_power",
        "name": power["name"],
        "value": 22.3,
        "raw": 223,
        "text": "22.3 W",
        "unit": "W",
        "type": "Integer",
        "kind": "number",
        "valid": True,
        "problem": "",
        "changed_at": "2023-11-14T22:13:20.007Z",
        "received_at": "2023-11-14T22:13:21.000Z",
        "provenance": "feed",
    }
    assert (found[1]["raw"], found[1]["kind"], found[1]["provenance"]) == ([1], "unknown", None)


def test_a_value_that_breaks_its_promise_is_kept_and_flagged(api):
    made.device("dev1", status={"cur_power": 50_001})

    power = api.get("/api/v1/devices/dev1/status/").json()[0]

    assert (power["raw"], power["valid"]) == (50_001, False)
    assert power["problem"]


def test_a_history_shows_points_in_the_unit_of_people_and_names_its_gaps(api):
    device = made.device("dev1")
    first, last = made.START, made.START + timedelta(minutes=10)
    made.coverage(device, complete=[[ms(first), ms(last)]])
    made.log(device, 1, code="cur_power", value=10)
    made.log(device, 2, code="cur_power", value=25)
    made.log(device, 3, code="switch_1", value=False)
    made.log(device, 1, event_id=2, code="", value=None)

    found = api.get(
        "/api/v1/devices/dev1/history/?code=cur_power"
        "&start=2026-11-20T07:50:00Z&end=2026-11-20T08:20:00Z"
    ).json()

    assert found == {
        "device_id": "dev1",
        "code": "cur_power",
        "name": found["name"],
        "unit": "W",
        "kind": "line",
        "start": "2026-11-20T07:50:00.000Z",
        "end": "2026-11-20T08:20:00.000Z",
        "rows": 2,
        "cut": False,
        "left_out": 0,
        "points": [
            {"at": "2026-11-20T08:01:00.000Z", "value": 1.0},
            {"at": "2026-11-20T08:02:00.000Z", "value": 2.5},
        ],
        "buckets": [],
        "gaps": [
            {
                "start": "2026-11-20T07:50:00.000Z",
                "end": "2026-11-20T08:00:00.000Z",
                "reason": "before Fleet knew this device",
            },
            {
                "start": "2026-11-20T08:10:00.000Z",
                "end": "2026-11-20T08:20:00.000Z",
                "reason": "not read yet",
            },
        ],
        "events": [
            {
                "at": "2026-11-20T08:01:00.000Z",
                "event_id": 2,
                "event": "offline (device itself)",
            }
        ],
    }


def test_many_points_become_as_many_buckets_as_were_asked_for(api):
    device = made.device("dev1")
    made.coverage(device, complete=[[ms(made.START), ms(made.START + timedelta(hours=1))]])
    for minute in range(20):
        made.log(device, minute, code="cur_power", value=minute * 10)

    found = api.get(
        "/api/v1/devices/dev1/history/?code=cur_power&points=4"
        "&start=2026-11-20T08:00:00Z&end=2026-11-20T08:20:00Z"
    ).json()

    drawn = [(one["min"], one["max"], one["count"]) for one in found["buckets"]]
    assert found["points"] == []
    assert drawn == [(0.0, 4.0, 5), (5.0, 9.0, 5), (10.0, 14.0, 5), (15.0, 19.0, 5)]


@pytest.mark.parametrize(
    "query",
    ["", "code=a&points=0", "code=a&points=5001", "code=a&start=x", "code=a&end=0001-01-01",
     "code=a&start=2026-11-20T09:00:00Z&end=2026-11-20T08:00:00Z", "code=a&from=1"],
)  # fmt: skip
def test_a_history_that_cannot_be_meant_is_refused(api, query):
    made.device("dev1")

    assert api.get(f"/api/v1/devices/dev1/history/?{query}").status_code == 400


def ms(at):
    return round(at.timestamp() * 1000)


def test_a_log_row_says_when_it_happened_when_we_learned_it_and_how(api):
    device = made.device("dev1")
    made.log(device, 5, value=22, raw="22", provenance=Provenance.POLL, not_before=made.START)

    assert api.get("/api/v1/devices/dev1/logs/").json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "event_time": "2026-11-20T08:05:00.000Z",
                "received_at": "2026-11-20T08:05:03.000Z",
                "not_before": "2026-11-20T08:00:00.000Z",
                "device_id": "dev1",
                "event_id": 7,
                "event": "data point report",
                "source_id": 1,
                "source": "device itself",
                "code": "switch_1",
                "value": 22,
                "raw": "22",
                "provenance": "poll",
                "operation": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("event=7", [4, 1]),
        ("event=1,2", [3, 2]),
        ("source=4", [4]),
        ("source=none", [5]),
        ("source=4,none", [5, 4]),
        ("product_id=other", []),
        ("product_id=plug-product,other&event=7", [4, 1]),
        ("code=cur_power", [4]),
        ("code=cur_power,switch_1", [4, 1]),
        ("start=2026-11-20T08:03:00Z", [5, 4, 3]),
        ("start=2026-11-20T08:02:00Z&end=2026-11-20T08:04:00Z", [3, 2]),
        ("provenance=inferred", [5]),
        ("provenance=log,feed", [4, 3, 2, 1]),
        ("device=dev1", [3, 2, 1]),
        ("device=dev1,dev2&event=7", [4, 1]),
        ("device=nobody", []),
    ],
)
def test_each_filter_of_the_fleets_log_finds_its_rows(api, query, found):
    one, two = made.device("dev1"), made.device("dev2")
    made.log(one, 1)
    made.log(one, 2, event_id=2, code="")
    made.log(one, 3, event_id=1, code="", provenance=Provenance.FEED)
    made.log(two, 4, code="cur_power", source_id=4)
    made.log(two, 5, event_id=-2, code="", source_id=None, provenance=Provenance.INFERRED)

    rows = api.get(f"/api/v1/logs/?{query}").json()["results"]

    assert [int(row["event_time"][14:16]) for row in rows] == found


def test_a_walk_through_a_log_meets_rows_of_one_millisecond_once(api):
    devices = [made.device(f"dev{number}") for number in range(3)]
    for device in devices:
        for code in ("a", "b"):
            made.log(device, 1, code=code)

    seen, url = [], "/api/v1/logs/?page_size=2"
    while url:
        page = api.get(url).json()
        seen += [(row["device_id"], row["code"]) for row in page["results"]]
        url = page["next"]

    expected = [(f"dev{number}", code) for number in (2, 1, 0) for code in ("b", "a")]
    assert seen == expected


def test_a_row_that_proves_our_operation_names_it(api):
    manager = persons.user(Role.MANAGER)
    device, other = made.device("dev1"), made.device("dev2")
    reset = made.operation(manager, [device], "factory_reset")
    row = made.log(device, 7, event_id=4, code="")
    made.log(other, 8, event_id=4, code="")
    made.log(device, 9, event_id=-1, code="", value={"from": "a", "to": "b", "operation": 55})
    reset.items.update(
        outcome="confirmed",
        sent_at=row.event_time - timedelta(minutes=1),
        confirmed_at=row.event_time + timedelta(minutes=3),
        proof={"kind": "log", "event_time": row.event_time.isoformat(timespec="milliseconds")},
    )
    made.log(device, 10, event_id=-4, code="")

    rows = api.get("/api/v1/logs/").json()["results"]

    told = {row["event_time"][14:16]: row["operation"] for row in rows}
    assert told == {"07": reset.pk, "08": None, "09": 55, "10": reset.pk}


def test_a_log_page_costs_the_same_for_one_row_and_for_fifty(api, django_assert_num_queries):
    device = made.device("dev1")
    made.log(device, 0)
    api.get("/api/v1/logs/")
    # token with rights, page, and the savepoint with its time limit (three statements)
    with django_assert_num_queries(5):
        assert len(api.get("/api/v1/logs/").json()["results"]) == 1
    for minute in range(1, 50):
        made.log(device, minute)
    with django_assert_num_queries(5):
        assert len(api.get("/api/v1/logs/").json()["results"]) == 50


@pytest.mark.parametrize(
    "query",
    ["event=all", "event=99999", "source=x", "provenance=guess", "start=x", "devices=dev1",
     "start=2026-11-20T09:00:00Z&end=2026-11-20T09:00:00Z"],
)  # fmt: skip
def test_a_log_filter_that_is_not_understood_is_refused(api, query):
    assert api.get(f"/api/v1/logs/?{query}").status_code == 400
