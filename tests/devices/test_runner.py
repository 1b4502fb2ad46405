"""Carrying orders out: one call a device whatever happens, and proof before anything is "done"."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import operations, project, runner
from devices.models import Device, LogEntry, Operation, OperationItem, Project
from devices.operations import Order
from people import audit
from people.models import Deed

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Operation.Kind


@pytest.fixture
def ask(person, settings):
    """Order one kind for devices: ask(Kind.REMOVE, device, ...)."""
    settings.COOLING_OFF = timedelta(0)

    def make(kind, *devices, **options):
        wanted = Order(
            kind=kind,
            device_ids=tuple(device.device_id for device in devices),
            name="Lamp" if kind is Kind.RENAME else "",
            reason="room change",
            **options,
        )
        return operations.request(wanted, by=person("manager"), now=timezone.now())

    return make


def writes(cloud):
    """The calls that changed something, in order."""
    return [(call.method, call.path) for call in cloud.calls if call.method != "GET"]


def due():
    """Let every proof be looked for now."""
    OperationItem.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())


def test_a_rename_is_confirmed_when_the_cloud_tells_the_new_name(cloud, plug, ask, run):
    device, _code = plug
    operation = ask(Kind.RENAME, device)

    run()

    item = operation.items.get()
    operation.refresh_from_db()
    assert cloud.world.devices[device.device_id].name == "Lamp"
    assert (item.outcome, item.proof) == ("confirmed", {"kind": "detail", "name": "Lamp"})
    assert (operation.state, Device.objects.get(pk=device.pk).name) == ("finished", "Lamp")
    assert writes(cloud) == [("PUT", f"/v1.0/devices/{device.device_id}")]


def test_a_reset_is_confirmed_by_the_devices_own_log(cloud, plug, ask, run):
    device, _code = plug
    Project.objects.update(clock_offset_ms=-1_000)  # the cloud's answers set what Fleet knows of it
    operation = ask(Kind.FACTORY_RESET, device)

    run()

    item = operation.items.get()
    row = LogEntry.objects.get(device=device, event_id=4)
    assert (item.outcome, item.proof["kind"]) == ("confirmed", "log")
    assert item.proof["event_time"] == row.event_time.isoformat(timespec="milliseconds")
    gone = Device.objects.get(pk=device.pk)
    assert (gone.state, gone.state_reason) == (
        "removed",
        f"Reset to factory state by operation #{operation.pk}.",
    )
    assert writes(cloud) == [("PUT", f"/v1.0/devices/{device.device_id}/reset-factory")]


def test_before_a_reset_the_log_is_read_and_the_state_written_down(cloud, plug, ask, run):
    device, code = plug
    cloud.press(device.device_id, code, not device.status[code])
    operation = ask(Kind.FACTORY_RESET, device)

    run()

    snapshot = operation.items.get().snapshot
    paths = [call.path for call in cloud.calls if device.device_id in call.path]
    reset = paths.index(f"/v1.0/devices/{device.device_id}/reset-factory")
    assert any(path.endswith("/logs") for path in paths[:reset])
    assert LogEntry.objects.filter(device=device, code=code, event_id=7).count() == 1
    assert (snapshot["name"], snapshot["log"], snapshot["factory"]["uuid"]) == (
        device.name,
        "read, 1 new rows",
        cloud.world.devices[device.device_id].uuid,
    )


def test_the_record_of_deeds_tells_an_orders_whole_life(cloud, plug, ask, run):
    device, _code = plug
    operation = ask(Kind.FACTORY_RESET, device)

    run()

    about = f"#{operation.pk} factory_reset"
    told = [
        (deed.who, deed.what, deed.about, deed.why, deed.devices)
        for deed in Deed.objects.order_by("id")
    ]
    of_it, key = f"{about}: {device.name}", [device.device_id]
    assert told == [
        (operation.requested_by_name, "op-asked", about, "room change", key),
        ("Fleet", "op-sent", of_it, "", key),
        ("Fleet", "op-answered", of_it, "", key),
        ("Fleet", "op-proven", of_it, "", key),
        ("Fleet", "op-finished", about, "", []),
    ]
    assert Deed.objects.get(what="op-answered").details == {"outcome": "accepted"}
    assert Deed.objects.get(what="op-proven").details == {"proof": operation.items.get().proof}
    assert audit.verify().broken is None


def test_a_removal_needs_two_witnesses(cloud, plug, ask, run, look):
    device, _code = plug
    operation = ask(Kind.REMOVE, device)

    run()
    accepted = operation.items.get().outcome
    look()
    due()
    run()

    item = operation.items.get()
    assert (accepted, item.outcome, item.proof["kind"]) == ("accepted", "confirmed", "absence")
    assert Device.objects.get(pk=device.pk).state == "removed"
    assert writes(cloud) == [("DELETE", f"/v1.0/devices/{device.device_id}")]


@pytest.mark.parametrize("trouble", ["answer_lost", "cut_body", "empty_body", "bad_json"])
def test_a_reset_whose_answer_is_lost_is_unknown_then_proven_and_sent_once(
    start_cloud, look, ask, run, trouble
):
    cloud = start_cloud(logs_after_reset=False)
    look()
    device = Device.objects.filter(online=True, sub=False).first()
    cloud.trouble(trouble, times=1, path="reset-factory")
    operation = ask(Kind.FACTORY_RESET, device)

    run()
    at_first = operation.items.get().outcome
    look()
    due()
    run()

    item = operation.items.get()
    assert (at_first, item.outcome, item.proof["kind"]) == ("unknown", "confirmed", "absence")
    assert len(writes(cloud)) == 1


def test_a_call_that_was_never_carried_out_stays_unknown_and_is_not_repeated(cloud, plug, ask, run):
    device, _code = plug
    cloud.trouble("reset_connection", times=1, path="reset-factory")
    operation = ask(Kind.FACTORY_RESET, device)

    run()
    for _round in range(3):
        due()
        run()

    assert operation.items.get().outcome == "unknown"
    assert len(writes(cloud)) <= 1
    OperationItem.objects.update(settled_at=timezone.now() - timedelta(days=2))
    due()
    run()
    assert operation.items.get().outcome == "unconfirmed"


def test_a_refusal_shows_the_vendors_code_and_words(cloud, plug, ask, run):
    device, _code = plug
    cloud.trouble("permission_denied", devices=[device.device_id], method="DELETE")
    operation = ask(Kind.REMOVE, device)

    run()

    item = operation.items.get()
    operation.refresh_from_db()
    assert (item.outcome, item.vendor_code, operation.state) == ("refused", 1106, "finished")
    assert "permission" in item.vendor_message


def test_a_cloud_that_is_down_leaves_the_order_waiting(cloud, plug, ask, run):
    device, _code = plug
    operation = ask(Kind.RENAME, device)
    cloud.trouble("trial_expired")

    run()

    assert operation.items.get().outcome == "queued"
    cloud.calm()
    project.start_afresh()
    run()
    assert operation.items.get().outcome == "confirmed"
    assert cloud.world.devices[device.device_id].name == "Lamp"


def test_a_process_that_died_in_the_call_leaves_unknown_and_no_second_call(cloud, plug, ask, run):
    device, _code = plug
    operation = ask(Kind.REMOVE, device)
    died_at = timezone.now() - runner.LEASE - timedelta(seconds=1)
    operation.items.update(outcome="sent", sent_at=died_at)

    run()

    assert operation.items.get().outcome == "unknown"
    assert writes(cloud) == []


def test_an_operation_stops_after_its_number_of_refusals(cloud, look, ask, run):
    look()
    devices = list(Device.objects.order_by("pk")[:5])
    cloud.trouble("permission_denied", method="PUT")
    operation = ask(Kind.RENAME, *devices, stop_after_failures=2)

    run()

    operation.refresh_from_db()
    outcomes = list(operation.items.order_by("position").values_list("outcome", flat=True))
    assert (operation.state, outcomes) == ("stopped", ["refused"] * 2 + ["cancelled"] * 3)


def test_an_operation_stops_at_its_share_of_failures_once_enough_were_asked(cloud, look, ask, run):
    look()
    devices = list(Device.objects.order_by("pk")[:8])
    cloud.trouble("permission_denied", method="PUT", devices=[one.device_id for one in devices[:1]])
    cloud.trouble("answer_lost", method="PUT", devices=[one.device_id for one in devices[2:4]])
    operation = ask(Kind.RENAME, *devices, stop_after_percent=60, stop_percent_of=4)

    run()

    operation.refresh_from_db()
    items = operation.items.order_by("position")
    # 1 of 1 is no sign yet; 3 of 4 are: a refusal and two calls without an answer
    assert [one.attempts for one in items] == [1] * 4 + [0] * 4
    assert (operation.state, items[7].outcome, items[7].why) == (
        "stopped",
        "cancelled",
        "Stopped after 3 failures.",
    )


def test_an_offline_device_is_waited_for_until_it_comes_online(cloud, look, plug, ask, run):
    device, _code = plug
    Device.objects.filter(pk=device.pk).update(online=False)
    until = timezone.now() + timedelta(days=1)
    operation = ask(Kind.RENAME, device, offline="wait", wait_until=until)

    run()
    waiting = (operation.items.get().outcome, len(writes(cloud)))
    Device.objects.filter(pk=device.pk).update(online=True)
    run()

    operation.refresh_from_db()
    assert (waiting, operation.items.get().outcome) == (("queued", 0), "confirmed")
    assert (operation.state, len(writes(cloud))) == ("finished", 1)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            {"offline": "wait", "wait_until": timezone.now() + timedelta(days=1)},
            "It did not come online by the date that was given.",
        ),
        ({"offline": "skip"}, "It was offline when its turn came."),
    ],
)
def test_who_stays_offline_is_skipped_with_the_reason(cloud, plug, ask, run, options, why):
    device, _code = plug
    operation = ask(Kind.REMOVE, device, **options)
    Device.objects.filter(pk=device.pk).update(online=False)
    if "wait_until" in options:
        Operation.objects.update(wait_until=timezone.now())

    run()

    item = operation.items.get()
    operation.refresh_from_db()
    assert (item.outcome, item.why, operation.state) == ("skipped", why, "finished")
    assert writes(cloud) == []


def test_a_reset_whose_answer_is_lost_is_proven_by_the_row_of_its_log(cloud, plug, ask, run):
    device, _code = plug
    cloud.trouble("answer_lost", times=1, path="reset-factory")
    cloud.trouble("no_logs", path="/logs")
    operation = ask(Kind.FACTORY_RESET, device)

    run()
    at_first = operation.items.get()
    cloud.calm("no_logs")
    due()
    run()

    item = operation.items.get()
    row = LogEntry.objects.get(device=device, event_id=4)
    assert (at_first.outcome, at_first.proof) == ("unknown", {})
    assert (item.outcome, item.proof) == (
        "confirmed",
        {
            "kind": "log",
            "event_time": row.event_time.isoformat(timespec="milliseconds"),
            "event_id": 4,
            "source_id": 4,
        },
    )
    assert len(writes(cloud)) == 1


def test_the_pace_a_minute_is_kept(cloud, look, ask, run):
    look()
    devices = list(Device.objects.order_by("pk")[:4])
    operation = ask(Kind.RENAME, *devices, pace_per_minute=2)

    run()
    run()

    assert operation.items.filter(outcome="queued").count() == 2
    assert len(writes(cloud)) == 2


def test_a_cooling_order_is_not_sent_before_its_time(cloud, plug, person, settings, run):
    settings.COOLING_OFF = timedelta(minutes=1)
    device, _code = plug
    wanted = Order(kind=Kind.REMOVE, device_ids=(device.device_id,), reason="room change")
    operation = operations.request(wanted, by=person("manager"), now=timezone.now())

    run()
    early = writes(cloud)
    Operation.objects.update(starts_at=timezone.now())
    run()

    operation.refresh_from_db()
    assert (early, len(writes(cloud)), operation.state) == ([], 1, "finished")
