"""A backup brought back: nothing is asked for twice, and USH is told all of it again."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from devices import operations
from devices.models import Device, Operation, OperationItem
from devices.operations import Order
from fleet import restored
from people import seen_settings
from people.models import Deed
from reporting.models import Cell

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Operation.Kind
ROWS = (Device, Operation, OperationItem)


@pytest.fixture
def order(person, settings):
    settings.COOLING_OFF = timedelta(seconds=30)

    def make(kind, *devices):
        keys = tuple(device.device_id for device in devices)
        wanted = Order(kind=kind, device_ids=keys, reason="moved out")
        return operations.request(wanted, by=person("manager"), now=timezone.now())

    return make


def backup():
    return [(model, row) for model in ROWS for row in model.objects.values()]


def bring_back(rows):
    for model, row in rows:
        model.objects.filter(pk=row["id"]).update(
            **{name: row[name] for name in row if name != "id"}
        )
    seen_settings.is_another(restored.NAME, "the database of before")


def cooled():
    Operation.objects.update(starts_at=timezone.now())
    OperationItem.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())


def resets(cloud):
    return [call.path for call in cloud.calls if call.method != "GET"]


def test_a_reset_that_was_sent_after_the_backup_is_found_and_not_sent_again(
    cloud, plug, order, run
):
    device, _code = plug
    operation = order(Kind.FACTORY_RESET, device)
    rows = backup()
    cooled()
    run()
    sent = resets(cloud)
    bring_back(rows)

    handled = restored.look(timezone.now())
    cooled()
    run()

    item = operation.items.get()
    operation.refresh_from_db()
    assert (handled.held, sent, resets(cloud)) == (1, sent[:1], sent)
    assert (item.outcome, item.proof["kind"], operation.state) == ("confirmed", "log", "finished")


def test_a_reset_that_was_not_sent_stays_unknown_until_a_person_asks_again(cloud, plug, order, run):
    device, _code = plug
    operation = order(Kind.FACTORY_RESET, device)
    bring_back(backup())

    restored.look(timezone.now())
    cooled()
    run()

    item = operation.items.get()
    assert (item.outcome, resets(cloud)) == ("unknown", [])
    assert item.why == "A backup was brought back: it may have been sent since."


def test_what_awaited_approval_has_expired(plug, order, settings):
    settings.APPROVAL_ABOVE = 0
    device, _code = plug
    operation = order(Kind.REMOVE, device)
    assert operation.state == "awaiting_approval"
    bring_back(backup())

    restored.look(timezone.now())

    operation.refresh_from_db()
    assert (operation.state, operation.items.get().outcome) == ("expired", "unknown")


def test_ush_is_told_again_for_what_it_took_is_not_certain(plug):
    Cell.objects.update(acked_version=1, version=1, acked_known=True)
    bring_back([])

    handled = restored.look(timezone.now())

    cells = Cell.objects.values_list("acked_known", "version", "acked_version")
    assert handled.told_again == len(cells) > 0
    assert set(cells) == {(False, 2, 1)}
    deed = Deed.objects.get(what=Deed.What.RESTORED)
    assert (deed.who, deed.details) == ("start", {"held": 0, "told_again": len(cells)})


def test_a_start_over_the_same_database_changes_nothing(plug):
    first = restored.look(timezone.now())
    second = restored.look(timezone.now())

    assert (first, second, Deed.objects.filter(what=Deed.What.RESTORED).exists()) == (
        None,
        None,
        False,
    )


def test_of_a_copied_folder_a_person_tells_by_a_command(plug, order):
    device, _code = plug
    order(Kind.FACTORY_RESET, device)
    Cell.objects.all().delete()
    said = StringIO()

    call_command("restored", stdout=said)

    assert said.getvalue() == "restored: devices held back: 1, cells told again: 0\n"
