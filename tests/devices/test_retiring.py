"""Who is retired costs no call, USH hears nothing of it, and it is lost for nobody."""

from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from devices import (
    census,
    filters,
    finding,
    harvest,
    intake,
    operations,
    overview,
    particulars,
    project,
    retelling,
    retiring,
    sync,
    watch,
)
from devices.books import FORGOTTEN_BY_VENDOR, NOT_READ, RETENTION, stored
from devices.coverage import Lost
from devices.events import millis
from devices.harvest import MARGIN
from devices.models import Coverage, Device, LogEntry, Operation, OperationItem, Product
from devices.operations import NotRetired, Order, Stale
from devices.orders import Note
from devices.retiring import Done, NoReason
from people.models import Deed
from people.roles import Role
from reporting.models import Cell
from tests.devices.views import scene
from tests.people import persons
from tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 24 * 3600 * 1000


@pytest.fixture
def ann(db):
    return persons.Asking(persons.user(Role.MANAGER, "ann"))


def standing(device_id):
    device = Device.objects.get(device_id=device_id)
    return device.retired_at, device.retired_by, device.retired_reason


def told(device):
    rows = Cell.objects.filter(device_key=device.device_id).order_by("ush_device_id", "property")
    return list(rows.values_list("property", "value", "acked_value"))


def asked_about(cloud, device):
    return [call for call in cloud.calls if device.device_id in f"{call.path} {call.query}"]


def removal(device, **more):
    return Order(kind=Operation.Kind.REMOVE, device_ids=(device.device_id,), reason="sold", **more)


def test_devices_are_retired_and_brought_back_with_their_reason_their_event_and_on_the_record(ann):
    one, other, gone = scene.device("a"), scene.device("b"), scene.device("c", state="removed")
    now = timezone.now()

    first = retiring.retire(ann, ["a", "c", "x", "a"], " in the box\0 ", now)
    second = retiring.retire(ann, ["a", "b"], "too", now)
    retired = [standing(key) for key in "abc"]
    back = retiring.bring_back(ann, ["a", "b", "c"], now)

    removed, unknown = (
        "It was removed from the cloud already.",
        "Fleet knows no device with this id.",
    )
    assert first == Done(("a",), (Note("c", removed), Note("x", unknown)))
    assert second == Done(("b",), (Note("a", "It is retired already."),))
    assert retired == [(now, "ann", "in the box"), (now, "ann", "too"), (None, "", "")]
    assert back == Done(("a", "b"), (Note("c", "It is not retired."),))
    assert [standing(key) for key in "abc"] == [(None, "", "")] * 3
    own = LogEntry.Own
    events = [list(one.log.values_list("event_id", flat=True)) for one in (one, other, gone)]
    assert [sorted(found) for found in events] == [[own.BROUGHT_BACK, own.RETIRED]] * 2 + [[]]
    deeds = Deed.objects.order_by("pk").values_list("who", "what", "about", "why", "devices")
    assert list(deeds) == [
        ("ann", "retired", "a Desk lamp", "in the box", ["a"]),
        ("ann", "retired", "b Desk lamp", "too", ["b"]),
        ("ann", "brought-back", "", "", ["a", "b"]),
    ]


@pytest.mark.parametrize("reason", ["", " ", "\0"])
def test_nobody_is_retired_without_a_reason(ann, reason):
    scene.device("a")

    with pytest.raises(NoReason, match="A reason is required"):
        retiring.retire(ann, ["a"], reason, timezone.now())

    assert (standing("a"), Deed.objects.count()) == ((None, "", ""), 0)


def test_lists_searches_counts_and_verdicts_leave_the_retired_out(ann):
    now = timezone.now()
    for key in ("a", "b"):
        of = scene.device(key, f"Lamp {key}", online=False, harvested_at=None, last_event_at=now)
        Coverage.objects.create(device=of, since=now)
    scene.device("c", "Lamp c", state="removed", retired_at=now)

    retiring.retire(ann, ["b"], "spare", now)

    lines = ("", "online:false", "retired:true", "retired:false", "state:all", "state:present")
    found = {
        line: sorted(
            filters.parse(line, now).apply(Device.objects.all()).values_list("device_id", flat=True)
        )
        for line in lines
    }
    assert found == {
        "": ["a"],
        "online:false": ["a"],
        "retired:true": ["b"],
        "retired:false": ["a"],
        "state:all": ["a", "b", "c"],
        "state:present": ["a"],
    }
    whole = census.whole(census.by_category())
    assert (whole.total, whole.offline, whole.removed, whole.retired) == (1, 1, 1, 1)
    assert [one.device_id for one in finding.find("lamp")] == ["a"]
    assert (overview.endangered(now), watch.counted(now)["spoke"]) == (1, 1)
    assert particulars._due(now).get().device_id == "a"


@pytest.mark.parametrize("discovery", ["associated-users", "thing", "ids"])
def test_no_call_is_spent_on_who_is_retired_and_nobody_takes_it_for_missing(
    cloud, look, plug, ann, read_logs, settings, discovery
):
    device, code = plug
    settings.TUYA_DISCOVERY = discovery
    look()
    retiring.retire(ann, [device.device_id], "in the box", timezone.now())
    cloud.press(device.device_id, code, not device.status[code])
    cloud.forget_calls()

    runs = look(), read_logs()
    spent, state = asked_about(cloud, device), Device.objects.get(pk=device.pk).state
    retiring.bring_back(ann, [device.device_id], timezone.now())
    runs = *runs, look(), read_logs()

    assert [run.outcome for run in runs] == ["complete"] * 4
    assert (spent, state) == ([], "present")
    assert Device.objects.get(pk=device.pk).status[code] is (not device.status[code])
    assert any("logs" in call.path for call in asked_about(cloud, device))


def test_who_left_the_list_while_retired_is_missing_and_asked_for_only_when_back(
    cloud, look, plug, ann
):
    device, _code = plug
    retiring.retire(ann, [device.device_id], "in the box", timezone.now())
    cloud.world.remove(device.device_id, "app")
    cloud.forget_calls()

    look()
    spent, state = asked_about(cloud, device), Device.objects.get(pk=device.pk).state
    retiring.bring_back(ann, [device.device_id], timezone.now())
    look()

    assert (spent, state) == ([], "missing")
    assert len(asked_about(cloud, device)) == 1


def test_ush_is_told_nothing_of_the_retired_and_all_anew_of_who_is_back(cloud, look, plug, ann):
    device, code = plug
    before = told(device)
    Cell.objects.filter(device_key=device.device_id).update(acked_value="OFF")

    retiring.retire(ann, [device.device_id], "in the box", timezone.now())
    cloud.press(device.device_id, code, not device.status[code])
    look()
    with transaction.atomic():
        others = retelling.letters_after("", 50)[0]
    silent = told(device), retelling.letter_of(device.device_id)
    retiring.bring_back(ann, [device.device_id], timezone.now())

    known = Device.objects.select_related("product").get(pk=device.pk)
    assert before != []
    assert known.status[code] is (not device.status[code])  # a list carries it anyway
    assert silent == ([], None)
    assert device.device_id not in {letter.device_key for letter in others}
    assert [(name, acked) for name, _value, acked in told(device)] == [
        (name, None) for name, _value, _acked in before
    ]
    assert told(device) != before
    assert retelling.letter_of(device.device_id) == intake.letter(known)


def test_a_newer_log_row_of_the_retired_is_history_and_no_letter(cloud, plug, ann):
    device, code = plug
    retiring.retire(ann, [device.device_id], "in the box", timezone.now())
    cloud.press(device.device_id, code, not device.status[code])

    def is_known():
        known = Device.objects.get(pk=device.pk)
        harvest.read(link, known, timezone.now())
        known.refresh_from_db()
        return known.status[code] is (not device.status[code])

    with project.connect() as link:
        wait_for(is_known, "the row")  # a log ends at the cloud's present, as well as that is known

    assert told(device) == []


def test_what_a_product_means_is_learned_anew_without_a_word_of_the_retired(cloud, look, plug, ann):
    device, _code = plug
    kind = device.product_id
    other = Device.objects.exclude(product=kind).exclude(status={}).first()
    Device.objects.filter(pk=other.pk).update(product=kind)
    retiring.retire(ann, [device.device_id], "in the box", timezone.now())
    Product.objects.filter(pk=kind).update(specified_at=None, specification_tried_at=None)

    look()

    assert Product.objects.get(pk=kind).specified_at is not None
    assert told(device) == []


def test_what_the_vendor_forgot_meanwhile_is_lost_because_it_was_retired(ann):
    now = timezone.now()
    device = scene.device("a", retired_at=now - 20 * (RETENTION / 7), retired_reason="spare")
    today = millis(now)
    Coverage.objects.create(
        device=device,
        since=now - 40 * (RETENTION / 7),
        complete=[[today - 40 * DAY, today - 30 * DAY], [today - 25 * DAY, today - 21 * DAY]],
    )

    retiring.bring_back(ann, ["a"], now)

    ledger = stored(Coverage.objects.get(device__device_id="a"))
    edge = millis(now - RETENTION + MARGIN)
    assert ledger.lost == (
        Lost(today - 30 * DAY, today - 27 * DAY, FORGOTTEN_BY_VENDOR),
        Lost(today - 27 * DAY, today - 25 * DAY, NOT_READ),
        Lost(today - 21 * DAY, edge, NOT_READ),
    )
    assert Device.objects.due_for_harvest(now).get().device_id == "a"


def test_who_is_about_to_be_removed_is_not_brought_back(plug, ann, person, settings):
    device, _code = plug
    retiring.retire(ann, [device.device_id], "sold", timezone.now())
    order = operations.request(removal(device), by=person("manager"), now=timezone.now())

    refused = retiring.bring_back(ann, [device.device_id], timezone.now())
    operations.cancel(order, by=person("manager"), now=timezone.now())
    after = retiring.bring_back(ann, [device.device_id], timezone.now())

    words = f"Operation #{order.pk} on it is not over yet."
    assert refused == Done((), (Note(device.device_id, words, order.pk),))
    assert after == Done((device.device_id,), ())


def test_where_a_device_is_retired_first_no_other_is_removed(
    cloud, look, plug, ann, person, run, settings
):
    settings.RETIRE_FIRST, settings.COOLING_OFF = True, settings.COOLING_OFF * 0
    (device, _code), now = plug, timezone.now()
    by, words = (
        person("manager"),
        "It is not retired: here a device is retired before it is removed.",
    )

    asked = operations.preview(removal(device), by=by, now=now)
    with pytest.raises(NotRetired, match=f"{device.device_id}: {words}"):
        operations.request(removal(device), by=by, now=now)
    retiring.retire(ann, [device.device_id], "sold", now)
    operations.request(removal(device), by=by, now=now)
    run()
    look()
    OperationItem.objects.update(next_look_at=now)
    run()

    assert (asked.will_act, asked.skip) == ((), (Note(device.device_id, words, to_retire=True),))
    assert OperationItem.objects.get().outcome == "confirmed"
    assert (Device.objects.get(pk=device.pk).state, told(device)) == ("removed", [])


BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE %s
"""


def test_who_is_brought_back_while_the_order_is_written_is_not_removed(plug, ann, person, settings):
    settings.RETIRE_FIRST = True
    (device, _code), now, by = plug, timezone.now(), person("manager")
    retiring.retire(ann, [device.device_id], "sold", now)
    answers = []

    def ask():
        try:
            answers.append(operations.request(removal(device), by=by, now=now))
        except Stale as no:
            answers.append(no)
        finally:
            connection.close()

    def waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one moment
            cursor.execute(BLOCKED, ["%devices_device%FOR NO KEY UPDATE%"])
            return cursor.fetchone()[0]

    asking = Thread(target=ask)
    with transaction.atomic():
        retiring.bring_back(ann, [device.device_id], now)
        asking.start()  # its preview still sees a retired device
        wait_for(waits, "the order waits for the device")
    asking.join()

    assert [type(answer) for answer in answers] == [Stale]
    assert Operation.objects.count() == 0


def test_a_removal_of_a_retired_device_is_proven_where_ids_are_what_lists_devices(
    cloud, look, plug, ann, person, run, settings
):
    settings.TUYA_DISCOVERY, settings.COOLING_OFF = "ids", settings.COOLING_OFF * 0
    (device, _code), now = plug, timezone.now()
    retiring.retire(ann, [device.device_id], "sold", now)
    operations.request(removal(device), by=person("manager"), now=now)
    run()

    sync.sync(timezone.now(), force=True)
    OperationItem.objects.update(next_look_at=now)
    run()

    assert OperationItem.objects.get().outcome == "confirmed"
    assert Device.objects.get(pk=device.pk).state == "removed"
