"""The whole road with real processes: device cloud, worker, history, USH, and back with orders."""

from uuid import uuid4

import pytest

from devices.models import Device, LogEntry, Operation
from people.roles import Role
from reporting.models import Cell, Report
from tests import processes
from tests.people import persons
from tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def road(cloud, settings):
    """A worker is up and everything is mirrored and told."""
    settings.COOLING_OFF = settings.COOLING_OFF * 0
    # An alarm is dropped when it waits longer than its interval: none is shorter than a busy
    # machine needs to hear it.
    given = {"SYNC_INTERVAL": "2s", "HARVEST_INTERVAL": "3s", "USH_WINDOW": "100ms"}
    with processes.worker(cloud, **given):
        wait_for(lambda: Device.objects.count() == 12, "the fleet is mirrored")
        wait_for(lambda: cloud.ush.state and all_told(), "USH knows the fleet")
        yield cloud


def all_told():
    return not any(cell.version > cell.acked_version for cell in Cell.objects.all())


def plug_of(cloud):
    """A device with one switch that USH knows under the device's own id."""
    for device in Device.objects.filter(online=True, sub=False).order_by("pk"):
        codes = [code for code in device.status if code in ("switch", "switch_1", "switch_led")]
        told = (device.device_id, "PowerState") in cloud.ush.state
        if told and codes and isinstance(device.status[codes[0]], bool):
            return device, codes[0]
    pytest.fail("the simulated fleet has no plug")
    return None


def order(kind, device, **more):
    """Ask over REST, as a script would."""
    api = persons.api(Role.MANAGER)
    body = {"kind": kind, "devices": [device.device_id], "reason": "room change", **more}
    answer = api.post(
        "/api/v1/operations/", body, format="json", headers={"Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code == 202, answer.content
    return api, f"/api/v1/operations/{answer.json()['id']}/"


def ended(api, address):
    return lambda: api.get(address).json()["counts"] == {"confirmed": 1}


def writes(cloud):
    return [(call.method, call.path) for call in cloud.calls if call.method != "GET"]


def test_a_plug_that_switches_off_is_history_and_state_and_ush_knows_it(road):
    device, code = plug_of(road)
    first = road.press(device.device_id, code, True)
    wait_for(lambda: road.ush.state[device.device_id, "PowerState"] == "ON", "USH says ON")

    row = road.press(device.device_id, code, False)

    wait_for(lambda: road.ush.state[device.device_id, "PowerState"] == "OFF", "USH says OFF")
    assert Device.objects.get(pk=device.pk).status[code] is False
    cell = wait_for(
        lambda: Cell.objects.filter(
            ush_device_id=device.device_id, property="PowerState", acked_value="OFF"
        ).first(),
        "the answer is booked",
    )
    assert (cell.value, cell.device_key, cell.lane) == ("OFF", device.device_id, "healthy")
    # The device's own log is read after the poll, and the poll's row gives way to it.
    logged = LogEntry.objects.filter(device=device, code=code, event_id=7, provenance=1)
    wait_for(lambda: logged.filter(value=False).exists(), "the device's log is read")
    wait_for(
        lambda: not LogEntry.objects.filter(device=device, code=code, provenance=3).exists(),
        "what the polls saw gives way",
    )
    told = [
        (round(one.event_time.timestamp() * 1000), one.value)
        for one in logged.order_by("event_time")
    ]
    # A plug that was on already is pressed twice within a millisecond: two rows all the same.
    assert sorted(told) == sorted([(first.at, True), (row.at, False)])
    assert Report.objects.exclude(outcome="H").count() == 0


def test_a_rename_over_rest_reaches_the_cloud_and_is_confirmed(road):
    device, _code = plug_of(road)

    api, address = order("rename", device, params={"name": "床头灯"})

    wait_for(ended(api, address), "the rename is confirmed")
    item = api.get(f"{address}items/").json()["results"][0]
    assert (item["outcome"], item["attempts"], item["proof"]) == (
        "confirmed",
        1,
        {"kind": "detail", "name": "床头灯"},
    )
    assert road.world.devices[device.device_id].name == "床头灯"
    assert Device.objects.get(pk=device.pk).name == "床头灯"
    assert writes(road) == [("PUT", f"/v1.0/devices/{device.device_id}")]


def test_a_factory_reset_is_sent_once_and_proven_by_the_devices_log(road):
    device, _code = plug_of(road)

    api, address = order("factory_reset", device)

    wait_for(ended(api, address), "the reset is confirmed")
    item = api.get(f"{address}items/").json()["results"][0]
    operation = Operation.objects.get()
    assert (item["attempts"], item["proof"]["kind"]) == (1, "log")
    assert writes(road) == [("PUT", f"/v1.0/devices/{device.device_id}/reset-factory")]
    assert road.world.devices[device.device_id].gone
    gone = wait_for(
        lambda: Device.objects.filter(pk=device.pk, state="removed").first(), "it is removed here"
    )
    assert gone.state_reason == f"Reset to factory state by operation #{operation.pk}."
    assert LogEntry.objects.filter(device=device, event_id=4).exists()
    assert not Cell.objects.filter(device_key=device.device_id).exists()
