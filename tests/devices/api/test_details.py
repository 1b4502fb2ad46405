from datetime import timedelta

import pytest
import time_machine

from devices.models import Coverage, Device
from people.roles import Role
from reporting import outbox
from reporting.letters import StateReported
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return persons.api(Role.VIEWER)


def ms(at):
    return round(at.timestamp() * 1000)


def test_coverage_tells_what_is_proven_owed_and_lost(now):
    start = now - timedelta(hours=4)
    hours = [ms(start + timedelta(hours=number)) for number in range(5)]
    device = made.device("dev1")
    made.coverage(
        device,
        since=start,
        complete=[[hours[1], hours[2]]],
        lost=[[hours[0], hours[1], "too old"]],
    )

    with time_machine.travel(now, tick=False):
        answer = persons.api(Role.VIEWER).get("/api/v1/devices/dev1/coverage/")

    assert answer.json() == {
        "device_id": "dev1",
        "since": "2026-11-21T08:00:00.000Z",
        "complete": [["2026-11-21T09:00:00.000Z", "2026-11-21T10:00:00.000Z"]],
        "unread": [["2026-11-21T10:00:00.000Z", "2026-11-21T12:00:00.000Z"]],
        "lost": [["2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z", "too old"]],
        "next_loss_at": "2026-11-28T10:00:00.000Z",
    }


def test_a_device_without_a_ledger_owes_everything_since_it_was_met(now):
    made.device("dev1", first_seen_at=now - timedelta(hours=1))

    with time_machine.travel(now, tick=False):
        found = persons.api(Role.VIEWER).get("/api/v1/devices/dev1/coverage/").json()

    assert (found["complete"], found["unread"]) == (
        [],
        [["2026-11-21T11:00:00.000Z", "2026-11-21T12:00:00.000Z"]],
    )


def test_a_gateway_lists_what_hangs_behind_it(api):
    made.device("gw1")
    made.device("s2", name="b", sub=True, gateway_id="gw1")
    made.device("s1", name="a", sub=True, gateway_id="gw1")
    made.device("s3", name="c", sub=True, gateway_id="gw1", state="removed")
    made.device("other", gateway_id="gw2")

    rows = api.get("/api/v1/devices/gw1/sub-devices/").json()["results"]

    assert [row["device_id"] for row in rows] == ["s1", "s2"]


def test_factory_info_is_what_the_cloud_told(api):
    made.device("dev1", uuid="u", sn="s", mac="m", factory_read_at=made.START)

    assert api.get("/api/v1/devices/dev1/factory-info/").json() == {
        "device_id": "dev1",
        "uuid": "u",
        "sn": "s",
        "mac": "m",
        "read_at": "2026-11-20T08:00:00.000Z",
    }


def test_delivery_tells_what_ush_knows_property_by_property(api, now):
    made.device("dev1")
    letter = StateReported(
        device_key="dev1",
        category="cz",
        values={"switch_1": True},
        specification={},
        stamps={"switch_1": ms(now)},
    )
    outbox.take([letter], now)

    found = api.get("/api/v1/devices/dev1/delivery/").json()

    assert found == [
        {
            "device_id": "dev1",
            "ush_device_id": "dev1",
            "property": "PowerState",
            "value": "ON",
            "value_at": "2026-11-21T12:00:00.000Z",
            "acked_value": None,
            "acked_known": found[0]["acked_known"],
            "acked_at": None,
            "dirty": True,
            "lane": "healthy",
            "attempts": 0,
            "next_try_at": found[0]["next_try_at"],
            "last_error": "",
        }
    ]


def test_reading_a_device_now_answers_at_once_and_keeps_to_its_key():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1")

    first = operator.post("/api/v1/devices/dev1/sync/", HTTP_IDEMPOTENCY_KEY="k")
    again = operator.post("/api/v1/devices/dev1/sync/", HTTP_IDEMPOTENCY_KEY="k")

    assert (first.status_code, first.json()["device_id"]) == (202, "dev1")
    assert again.json() == first.json()


def test_a_removed_device_cannot_be_read():
    made.device("dev1", state="removed")

    answer = persons.api(Role.OPERATOR).post("/api/v1/devices/dev1/sync/")

    assert (answer.status_code, answer.json()["code"]) == (409, "removed")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"device_ids": ["new1", "dev1", "new1"]}', "application/json"),
        ("device_id,name\nnew1,x\n\ndev1,y\nnew1,z\n", "text/csv"),
        ("\ufeffnew1\r\ndev1\r\n", "text/csv"),
    ],
)
def test_ids_are_registered_once_and_wait_for_the_cloud(settings, body, kind):
    settings.TUYA_DISCOVERY = "ids"
    made.device("dev1")

    answer = persons.api(Role.OPERATOR).post(
        "/api/v1/devices/import/", body.encode(), content_type=kind
    )

    assert answer.status_code == 202, answer.content
    assert answer.json() == {"added": ["new1"], "known": ["dev1"]}
    new = Device.objects.get(device_id="new1")
    assert (new.state, new.state_reason) == (
        "missing",
        "Imported by hand; the cloud has not shown it yet.",
    )
    assert Coverage.objects.filter(device=new).exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"device_ids": []}', "application/json"),
        ('{"device_ids": ["a b"]}', "application/json"),
        ('{"device_ids": [{}]}', "application/json"),
        ('{"device_ids": "abc"}', "application/json"),
        ("[]", "application/json"),
        (b"\xff\xfe", "text/csv"),
        ("device_id\n", "text/csv"),
        ("a\x00b\n", "text/csv"),
    ],
)
def test_an_import_that_makes_no_sense_is_refused_whole(settings, body, kind):
    settings.TUYA_DISCOVERY = "ids"
    raw = body if isinstance(body, bytes) else body.encode()

    answer = persons.api(Role.OPERATOR).post("/api/v1/devices/import/", raw, content_type=kind)

    assert (answer.status_code, Device.objects.count()) == (400, 0)


def test_ids_are_not_taken_where_a_listing_finds_devices(settings):
    settings.TUYA_DISCOVERY = "associated-users"

    answer = persons.api(Role.OPERATOR).post(
        "/api/v1/devices/import/", {"device_ids": ["new1"]}, format="json"
    )

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "This Fleet finds devices by associated-users: set TUYA_DISCOVERY=ids to import ids.",
    )
