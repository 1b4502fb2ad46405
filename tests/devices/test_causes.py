"""Was it us? What the cloud tells of a device, joined with our own orders."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from devices import events, operations
from devices.events import Event, millis
from devices.models import Device, LogEntry, Operation, OperationItem, Provenance
from devices.operations import Order
from tests.people import persons

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Operation.Kind
Own = LogEntry.Own


@pytest.fixture
def order(person, settings):
    """Order something for a device: order(Kind.RENAME, device, name="Lamp")."""
    settings.COOLING_OFF = timedelta(0)

    def make(kind, device, **given):
        wanted = Order(kind=kind, device_ids=(device.device_id,), reason="room change", **given)
        return operations.request(wanted, by=person("manager"), now=timezone.now())

    return make


def others(device):
    """What somebody else did to a device, as rows of its history."""
    rows = LogEntry.objects.filter(device=device, event_id=Own.BY_OTHERS).order_by("event_time")
    return [(row.value, row.source_id) for row in rows]


def shown(device):
    """What REST tells of a device's history, newest first."""
    answer = persons.api().get(f"/api/v1/devices/{device.device_id}/logs/?event=-5,-4,-1,4")
    return [(row["event"], row["operation"]) for row in answer.json()["results"]]


def test_a_reset_in_the_app_is_not_ours_and_told_once(cloud, plug, read_logs):
    device, _code = plug
    cloud.reset_in_app(device.device_id)

    read_logs()
    read_logs()

    reset = LogEntry.objects.get(device=device, event_id=4)
    told = LogEntry.objects.get(device=device, event_id=Own.BY_OTHERS)
    assert (told.value, told.source_id, told.event_time) == ({"what": "reset"}, 6, reset.event_time)
    assert sorted(shown(device)) == [("reset", None), ("reset in the app by its owner", None)]


def test_another_name_than_ours_is_somebody_elses(cloud, plug, look, order, run):
    device, _code = plug
    operation = order(Kind.RENAME, device, name="Lamp")
    run()
    cloud.rename_in_app(device.device_id, "Torch")

    look()

    assert others(device) == [({"what": "rename", "from": "Lamp", "to": "Torch"}, None)]
    assert set(shown(device)) == {
        ("renamed by somebody else", None),
        ("renamed", None),
        ("renamed", operation.pk),
    }


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        (Kind.RENAME, {"name": "Lamp"}, {"renamed"}),
        (Kind.FACTORY_RESET, {}, {"reset", "removed"}),
        (Kind.REMOVE, {}, {"removed"}),
    ],
)
def test_what_we_did_is_ours(plug, look, read_logs, order, run, kind, given, told):
    device, _code = plug
    operation = order(kind, device, **given)

    run()
    look()
    read_logs()
    OperationItem.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
    run()

    assert operation.items.get().outcome == "confirmed"
    assert others(device) == []
    assert set(shown(device)) == {(event, operation.pk) for event in told}


def test_a_name_that_a_look_finds_before_the_proof_is_ours(cloud, plug, look, order, run):
    device, _code = plug
    operation = order(Kind.RENAME, device, name="Lamp")
    cloud.trouble("answer_lost", method="PUT", times=1)
    cloud.trouble("system_error", path=device.device_id, method="GET")

    run()
    look()

    assert Device.objects.get(pk=device.pk).name == "Lamp"
    assert operation.items.get().outcome == "unknown"
    assert (others(device), shown(device)) == ([], [("renamed", operation.pk)])


def test_a_removal_in_the_app_is_told_by_the_log_that_is_read_once_more(
    start_cloud, look, read_logs
):
    cloud = start_cloud(logs_after_remove=True)
    look()
    device = Device.objects.filter(sub=False).first()
    read_logs()
    cloud.remove_in_app(device.device_id)

    look()
    missing = Device.objects.get(pk=device.pk).state
    read_logs()
    for _round in range(2):
        Device.objects.update(asked_at=None)
        look()

    assert (missing, Device.objects.get(pk=device.pk).state) == ("missing", "removed")
    assert others(device) == [({"what": "reset"}, 5)]
    assert ("removed in the app by its owner", None) in shown(device)


def test_a_removal_that_no_log_explains_is_somebody_elses(start_cloud, look, read_logs):
    cloud = start_cloud(logs_after_remove=False)
    look()
    device = Device.objects.filter(sub=False).first()
    cloud.remove_in_app(device.device_id)

    look()
    read_logs()
    Device.objects.update(asked_at=None)
    look()

    assert others(device) == [({"what": "removal"}, None)]
    assert sorted(shown(device)) == [("removed", None), ("removed by somebody else", None)]


@pytest.fixture
def told(plug):
    """Let the history learn something of a device: told(4, source=6, minutes=1)."""
    device, _code = plug

    def tell(event_id, source=None, minutes=0, value=None):
        at = timezone.now() + timedelta(minutes=minutes)
        happened = Event(
            device=device.pk,
            at=millis(at),
            event_id=event_id,
            provenance=Provenance.LOG,
            value=value,
            source_id=source,
        )
        with transaction.atomic():
            events.store([happened], timezone.now())
        return others(device)

    return tell


@pytest.mark.parametrize(
    ("kind", "outcome", "event", "source", "ours"),
    [
        (Kind.FACTORY_RESET, "unknown", 4, 4, True),
        (Kind.FACTORY_RESET, "unknown", 4, 1, True),  # the device itself tells of our reset
        (Kind.FACTORY_RESET, "unknown", 4, 6, False),  # its owner was quicker
        (Kind.FACTORY_RESET, "refused", 4, 4, False),
        (Kind.REMOVE, "accepted", 4, 11, True),
        (Kind.REMOVE, "unconfirmed", -4, None, True),
        (Kind.RENAME, "confirmed", 4, 4, False),
        (Kind.RENAME, "confirmed", -4, None, False),
    ],
)
def test_kind_and_source_decide(plug, order, told, kind, outcome, event, source, ours):
    device, _code = plug
    given = {"name": "Lamp"} if kind is Kind.RENAME else {}
    operation = order(kind, device, **given)
    operation.items.update(outcome=outcome, sent_at=timezone.now())

    assert (told(event, source) == []) is ours


@pytest.mark.parametrize(
    ("sent", "confirmed", "ours"),
    [
        (-40, None, True),  # minutes before the event
        (2, None, False),
        (-31 * 1440, None, False),
        (-3 * 1440, -2 * 1440, False),  # proven, paired again, then reset
        (-3 * 1440, -600, True),
    ],
)
def test_the_time_decides(plug, order, told, sent, confirmed, ours):
    device, _code = plug
    Device.objects.update(first_seen_at=timezone.now() - timedelta(days=60))
    now = timezone.now()
    operation = order(Kind.FACTORY_RESET, device)
    operation.items.update(
        outcome="confirmed" if confirmed else "accepted",
        sent_at=now + timedelta(minutes=sent),
        confirmed_at=confirmed and now + timedelta(minutes=confirmed),
    )

    assert (told(4, 4) == []) is ours


def test_the_old_name_of_a_late_list_is_nobodys_deed(plug, order, told):
    device, _code = plug
    operation = order(Kind.RENAME, device, name="Lamp")
    operation.items.update(outcome="confirmed", sent_at=timezone.now())
    back = {"from": "Lamp", "to": device.name}

    late = told(Own.RENAMED, value=back)
    much_later = told(Own.RENAMED, value=back, minutes=5)

    assert (late, much_later) == ([], [({"what": "rename", **back}, None)])


def test_what_happened_before_fleet_knew_a_device_was_its_pairing(told):
    assert told(4, 6, minutes=-10) == []
