"""Two at once, on two real connections: one wins, the other is told, nothing is done twice."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from msgspec.structs import replace

from devices import intake, operations, project, retiring, runner, sync
from devices.catalogue import Catalogue
from devices.events import millis
from devices.intake import Look
from devices.models import Coverage, Device, LogEntry, Operation, OperationItem, Product, Project
from devices.operations import Order
from devices.pace import rule_for
from devices.specifications import Reader
from devices.tuya.wire import Status
from people.groups import give
from people.roles import Role
from reporting import forwarder, outbox, terms
from reporting.letters import StateReported
from reporting.models import Cell
from reporting.sending import Desk
from reporting.ush.client import UshClient
from tests.people.persons import Asking
from tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Operation.Kind
PATIENCE_S = 60


def at_once(*works):
    """Do all of it at the same moment, each on a connection of its own; return the answers."""
    barrier = threading.Barrier(len(works))

    def one(work):
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE_S)
            return work()
        except Exception as exc:  # noqa: BLE001 - a refusal is an answer here
            return exc
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(PATIENCE_S) for future in [pool.submit(one, work) for work in works]]


@pytest.fixture
def boss():
    person = User.objects.create_user("mara")
    give(person, Role.MANAGER)
    return person


@pytest.fixture
def order(settings, boss):
    """Ask for one kind of thing with one device."""
    settings.COOLING_OFF = timedelta(0)

    def make(kind, device, name="Lamp"):
        name = name if kind is Kind.RENAME else ""
        wanted = Order(kind=kind, device_ids=(device.device_id,), name=name, reason="room change")
        return operations.request(wanted, by=boss, now=timezone.now())

    return make


def look():
    return sync.sync(timezone.now(), force=True)


def writes(cloud):
    return [(call.method, call.path) for call in cloud.calls if call.method != "GET"]


def test_of_two_syncs_at_once_one_works_and_the_other_leaves(start_cloud):
    cloud = start_cloud(latency=0.2)

    runs = at_once(look, look)

    assert [run for run in runs if isinstance(run, Exception)] == []
    assert sorted(run is None for run in runs) == [False, True]
    assert Device.objects.count() == 12
    assert len([call for call in cloud.calls if call.path.startswith("/v1.0/token")]) == 1


def reports():
    with project.connect() as link:
        return [device for page in link.listing("associated-users") for device in page.devices]


def take(page, at):
    return lambda: intake.take(page, Look(at=at, before=at - 30_000, now=timezone.now()))


def test_a_page_of_new_devices_that_two_take_at_once_makes_each_once(cloud):
    page, at = reports(), millis(timezone.now())

    answers = at_once(take(page, at), take(page[::-1], at + 5))

    assert [set(one.seen) for one in answers] == [
        set(Device.objects.values_list("pk", flat=True))
    ] * 2
    assert (Device.objects.count(), Coverage.objects.count()) == (12, 12)
    assert LogEntry.objects.count() == 0


def test_a_page_of_changes_that_two_take_at_once_is_history_once(cloud):
    """The second must compare with what the first wrote: their moments differ."""
    look()
    page = [replace(one, status=tuple(turned(one))) for one in reports()]
    switches = sum(isinstance(state.value, bool) for one in page for state in one.status)
    at = millis(timezone.now())

    answers = at_once(take(page, at), take(page[::-1], at + 5))

    assert [one for one in answers if isinstance(one, Exception)] == []
    assert sorted(one.rows for one in answers) == [0, switches]
    assert LogEntry.objects.count() == switches > 0


def turned(report):
    for one in report.status:
        yield Status(one.code, not one.value) if isinstance(one.value, bool) else one


def test_of_two_orders_for_one_device_one_is_taken_and_the_other_told_which_holds_it(cloud, order):
    look()
    device = Device.objects.first()

    answers = at_once(lambda: order(Kind.REMOVE, device), lambda: order(Kind.RENAME, device))

    taken = [one for one in answers if isinstance(one, Operation)]
    busy = [one for one in answers if isinstance(one, operations.Busy)]
    assert (len(taken), len(busy)) == (1, 1), answers
    assert busy[0].operation_id == taken[0].pk
    assert (Operation.objects.count(), OperationItem.objects.count()) == (1, 1)


def test_an_item_that_two_runners_claim_belongs_to_one(cloud, order):
    look()
    for device in Device.objects.all():
        order(Kind.RENAME, device)
    items = list(OperationItem.objects.select_related("operation"))

    claims = [
        at_once(*[lambda item=item: runner._claim(item, timezone.now())] * 2) for item in items
    ]

    assert [sorted(pair) for pair in claims] == [[False, True]] * 12
    assert set(OperationItem.objects.values_list("outcome", "attempts")) == {("sent", 1)}


def test_two_rounds_of_the_runner_at_once_make_one_call(start_cloud, order):
    cloud = start_cloud(latency=0.1)
    look()
    device = Device.objects.filter(online=True, sub=False).first()
    order(Kind.FACTORY_RESET, device)

    tallies = at_once(*[lambda: runner.run_operations(timezone.now())] * 2)

    assert [one for one in tallies if isinstance(one, Exception)] == []
    assert sum(one.sent for one in tallies if one) == 1
    assert writes(cloud) == [("PUT", f"/v1.0/devices/{device.device_id}/reset-factory")]


def test_an_order_that_is_cancelled_while_it_is_claimed_is_either_sent_or_cancelled(
    cloud, order, boss
):
    look()
    ends = Counter()
    for device in Device.objects.all():
        operation = order(Kind.REMOVE, device)
        item = operation.items.select_related("operation").get()

        claimed, refused = at_once(
            lambda item=item: runner._claim(item, timezone.now()),
            lambda one=operation: operations.cancel(one, by=boss, now=timezone.now()),
        )

        item.refresh_from_db()
        assert refused is None
        ends[claimed, item.outcome] += 1

    assert set(ends) <= {(True, "sent"), (False, "cancelled")}, ends
    assert ends.total() == 12


def test_two_processes_that_need_a_token_fetch_one(cloud):
    look()
    Project.objects.update(token="")
    cloud.forget_calls()

    at_once(reports, reports)

    assert len([call for call in cloud.calls if call.path.startswith("/v1.0/token")]) == 1


def test_the_pace_is_one_over_all_connections(cloud):
    """The 51st call of a quarter of a second at 200 a second is in the next, whoever makes it."""
    row = project.current()
    pace = project.RowPace(row.pk, 200.0)
    started = time.monotonic()

    at_once(*[lambda: [pace.wait("read") for _turn in range(26)]] * 2)

    row.refresh_from_db()
    assert len(row.call_times) == 50
    assert time.monotonic() - started > rule_for(200.0).span > 0.25


def test_a_call_that_leaves_late_is_counted_when_it_left(cloud):
    row = project.current()
    left = project.RowPace(row.pk, 10.0).wait("read")
    time.sleep(0.05)
    started = timezone.now()

    left()

    row.refresh_from_db()
    assert [one > started for one in row.call_times] == [True]


def drain():
    now_terms = terms.current()
    with UshClient(now_terms.url) as ush:
        return forwarder.drain(Desk(ush, now_terms, timezone.now))


def test_two_forwarders_at_once_tell_each_value_once(start_cloud, settings):
    cloud = start_cloud(latency=0.05)  # long enough that both have requests under way
    settings.USH_WINDOW, settings.USH_MAX_DEVICES = timedelta(0), 10
    keys = [f"plug{number}" for number in range(200)]
    letters = [StateReported(key, "cz", {"switch_1": True}, {}, {"switch_1": 1}) for key in keys]
    with transaction.atomic():
        outbox.take(letters, timezone.now())

    tallies = at_once(drain, drain)

    told = Counter(one.device_id for asked in cloud.ush.requests for one in asked.told)
    assert sum(tally.cells for tally in tallies) == 200
    assert told == Counter(keys)
    assert cloud.ush.state == {(key, "PowerState"): "ON" for key in keys}
    assert not any(cell.version > cell.acked_version for cell in Cell.objects.all())


def test_news_of_one_device_from_two_connections_end_with_the_newest(cloud, settings):
    settings.USH_WINDOW = timedelta(0)

    def say(at):
        letter = StateReported("plug1", "cz", {"switch_1": at % 2 == 0}, {}, {"switch_1": at})
        with transaction.atomic():
            outbox.take([letter], timezone.now())

    at_once(
        lambda: [say(at) for at in range(1, 20, 2)], lambda: [say(at) for at in range(2, 21, 2)]
    )
    drain()

    cell = Cell.objects.get()
    assert (cell.source_at, cell.value) == (20, "ON")
    assert cloud.ush.state == {("plug1", "PowerState"): "ON"}


def test_a_device_retired_while_its_product_is_described_is_told_of_no_more(cloud, boss):
    look()
    kind = Device.objects.exclude(status={}).values_list("product", flat=True)[0]
    first = Device.objects.filter(product=kind).earliest("pk")
    Product.objects.filter(pk=kind).update(specified_at=None, specification_tried_at=None)

    def describe():
        with project.connect() as link:
            Reader(link, Catalogue(), timezone.now()).read_missing()
        connection.close()

    describing = threading.Thread(target=describe)
    with transaction.atomic():
        retiring.retire(Asking(boss), [first.device_id], "in the box", timezone.now())
        describing.start()
        wait_for(lambda: waits_for_a_lock() or not describing.is_alive(), "the description")
    describing.join(PATIENCE_S)

    assert Product.objects.get(pk=kind).specified_at is not None
    assert not Cell.objects.filter(device_key=first.device_id).exists()


def waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
