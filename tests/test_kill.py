"""kill -9 at the worst moments: nothing lost, nothing half written, no order sent twice."""

import contextlib
import socket
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

import simulator
from devices import operations, runner, sync
from devices.models import Device, LogEntry, Operation, OperationItem
from devices.operations import Order
from people.groups import give
from people.roles import Role
from reporting import forwarder, outbox, terms
from reporting.claim import LEASE as SHARE_LEASE
from reporting.letters import StateReported
from reporting.models import Cell
from reporting.receipt import CONFIRM_AFTER
from reporting.sending import Desk
from reporting.ush.client import UshClient
from tests.processes import manage, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Operation.Kind


@contextlib.contextmanager
def held(sql, *values):
    """Another connection holds rows, so that whoever needs them stops there until this ends."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        other.cursor().execute(sql, values)
        yield
        other.rollback()
    finally:
        other.close()


@pytest.fixture
def mirrored(cloud):
    sync.sync(timezone.now(), force=True)
    cloud.forget_calls()
    return cloud


@pytest.fixture
def ask(settings):
    settings.COOLING_OFF = timedelta(0)

    def make(kind, device):
        person = User.objects.create_user("mara")
        give(person, Role.MANAGER)
        wanted = Order(
            kind=kind,
            device_ids=(device.device_id,),
            name="Lamp" if kind is Kind.RENAME else "",
            reason="room change",
        )
        return operations.request(wanted, by=person, now=timezone.now())

    return make


def plug():
    for device in Device.objects.filter(online=True, sub=False).order_by("pk"):
        for code, value in sorted(device.status.items()):
            if code.startswith("switch") and isinstance(value, bool):
                return device, code
    pytest.fail("the simulated fleet has no plug")
    return None


def writes(cloud):
    return [(call.method, call.path) for call in cloud.calls if call.method != "GET"]


def outcome():
    return OperationItem.objects.get().outcome


def run_later():
    """Run the runner when the lease of a dead process is over, as the next beats would."""
    later = timezone.now() + runner.LEASE + timedelta(seconds=1)
    wait_for(lambda: runner.run_operations(later), "the dead process holds no lock")
    OperationItem.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
    runner.run_operations(timezone.now())


@pytest.mark.parametrize(
    ("kind", "ends", "calls"), [(Kind.RENAME, "confirmed", 1), (Kind.FACTORY_RESET, "unknown", 0)]
)
def test_killed_between_sent_and_the_call_a_reset_is_never_made_and_a_rename_once(
    mirrored, ask, kind, ends, calls
):
    device, _code = plug()
    operation = ask(kind, device)
    # A reset reads the log first; an earlier round did so already.
    operation.items.update(snapshot={"name": device.name})

    # The place in the pace is taken after `sent` is committed and before the call leaves.
    with held("SELECT FROM devices_project FOR UPDATE"), manage(mirrored, "run_operations") as died:
        wait_for(lambda: outcome() == "sent", "the item is claimed")
        died.kill()
        died.wait()
    run_later()
    runner.run_operations(timezone.now())

    assert (outcome(), len(writes(mirrored))) == (ends, calls)
    renamed = mirrored.world.devices[device.device_id].name == "Lamp"
    assert (renamed, mirrored.world.devices[device.device_id].gone) == (bool(calls), None)


@pytest.mark.parametrize(
    ("trouble", "ends", "gone"),
    [("hang", "unknown", False), ("slow", "confirmed", True)],
)
def test_killed_in_the_call_a_reset_is_not_repeated_and_what_happened_is_found_out(
    mirrored, ask, trouble, ends, gone
):
    device, _code = plug()
    ask(Kind.FACTORY_RESET, device)
    mirrored.trouble(trouble, path="reset-factory", seconds=60.0)

    with manage(mirrored, "run_operations") as died:
        wait_for(lambda: writes(mirrored), "the call is under way")
        died.kill()
        died.wait()
    at_once = outcome()
    mirrored.calm()
    run_later()

    assert (at_once, outcome()) == ("sent", ends)
    assert writes(mirrored) == [("PUT", f"/v1.0/devices/{device.device_id}/reset-factory")]
    assert bool(mirrored.world.devices[device.device_id].gone) is gone
    assert (Device.objects.get(pk=device.pk).state == "removed") is gone


def test_killed_between_history_and_letter_neither_is_written_and_the_next_look_writes_both(
    mirrored,
):
    device, code = plug()
    told = dict(Cell.objects.filter(device_key=device.device_id).values_list("property", "value"))
    assert told, "USH is to know this device"
    mirrored.press(device.device_id, code, not device.status[code])

    # State and history are written in the transaction when the letter comes to the held cells.
    cells = "SELECT FROM reporting_cell WHERE device_key = %s FOR UPDATE"
    with held(cells, device.device_id), manage(mirrored, "sync") as died:
        wait_for(lambda: waits_for_a_row("reporting_cell"), "the sync comes to the letter")
        died.kill()
        died.wait()
    wait_for(lambda: not waits_for_a_row("reporting_cell"), "the dead process' session ends")

    assert Device.objects.get(pk=device.pk).status == device.status
    assert LogEntry.objects.count() == 0
    cells = Cell.objects.filter(device_key=device.device_id)
    assert dict(cells.values_list("property", "value")) == told
    wait_for(lambda: sync.sync(timezone.now(), force=True), "the dead process holds no lock")
    changed = Device.objects.get(pk=device.pk)
    assert changed.status == device.status | {code: not device.status[code]}
    assert [(row.code, row.value) for row in LogEntry.objects.all()] == [
        (code, changed.status[code])
    ]
    assert cells.filter(version__gt=1).exists()


def waits_for_a_row(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query LIKE %s AND pid <> pg_backend_pid()",
            [f"%{table}%"],
        )
        return cursor.fetchone()[0] > 0


def say(on, at):
    """Hand over that a plug is on or off."""
    letter = StateReported("plug1", "cz", {"switch_1": on}, {}, {"switch_1": at})
    with transaction.atomic():
        outbox.take([letter], timezone.now())


def forward(after):
    """Drain as if so much time had passed."""
    now_terms = terms.current()
    with UshClient(now_terms.url) as ush:
        return forwarder.drain(Desk(ush, now_terms, lambda: timezone.now() + after))


def test_killed_between_claim_and_post_the_cell_is_told_when_the_lease_is_over(cloud, settings):
    settings.USH_WINDOW = timedelta(0)
    with socket.create_server(("127.0.0.1", 0)) as hole:  # takes connections and never answers
        port = hole.getsockname()[1]
        settings.USH_REPORT_URL = f"http://127.0.0.1:{port}/v2/iot/status-report"
        say(on=True, at=1)
        with manage(cloud, "forward") as died:
            wait_for(lambda: Cell.objects.filter(in_flight=True).exists(), "the cell is claimed")
            died.kill()
            died.wait()
    say(on=False, at=2)  # the world goes on

    with simulator.running(devices=1, port=port) as ush:
        early = forward(timedelta(0))
        forward(SHARE_LEASE + timedelta(seconds=1))
        forward(SHARE_LEASE + CONFIRM_AFTER + timedelta(seconds=2))
        state, told = (
            ush.ush.state,
            [[one.value for one in asked.told] for asked in ush.ush.requests],
        )

    cell = Cell.objects.get()
    assert early.requests == 0
    assert state == {("plug1", "PowerState"): "OFF"}
    assert told == [["OFF"], ["OFF"]]  # once more: the dead process' request may come late
    assert (cell.acked_value, cell.version == cell.acked_version) == ("OFF", True)
    assert (cell.in_flight, cell.acked_known) == (False, True)


def test_killed_while_ush_answers_slowly_ush_ends_with_the_newest_value(cloud, settings):
    settings.USH_WINDOW = timedelta(0)
    cloud.trouble("ush_slow_but_applies", seconds=60.0, times=1)
    say(on=True, at=1)
    with manage(cloud, "forward") as died:
        wait_for(lambda: cloud.ush.requests, "the report is under way")
        died.kill()
        died.wait()
    say(on=False, at=2)

    forward(SHARE_LEASE + timedelta(seconds=1))
    forward(SHARE_LEASE + CONFIRM_AFTER + timedelta(seconds=2))

    cell = Cell.objects.get()
    assert cloud.ush.state == {("plug1", "PowerState"): "OFF"}
    assert (cell.acked_value, cell.version == cell.acked_version) == ("OFF", True)
