"""The door: what may be asked, by whom, and what it writes down. Nothing here calls the cloud."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import operations
from devices.models import Device, Operation, OperationItem
from devices.operations import BadOrder, Busy, Forbidden, Order, Stale, WrongState

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Operation.Kind


def order(device, kind=Kind.RENAME, **changes):
    """An order for one device."""
    wanted = {"name": "Lamp"} if kind is Kind.RENAME else {"reason": "room change"}
    return Order(kind=kind, device_ids=(device.device_id,), **(wanted | changes))


def test_a_rename_is_frozen_with_names_as_text(plug, person):
    device, _code = plug
    by = person("operator", "ada")

    operation = operations.request(order(device), by=by, now=timezone.now())

    item = operation.items.get()
    assert (operation.kind, operation.state, operation.requested_by_name) == (
        "rename",
        "running",
        "ada",
    )
    assert (item.device_key, item.device_name, item.new_name, item.outcome) == (
        device.device_id,
        device.name,
        "Lamp",
        "queued",
    )


def test_a_reset_cools_off_before_it_starts(plug, person, settings):
    settings.COOLING_OFF = timedelta(seconds=30)
    device, _code = plug
    now = timezone.now()

    operation = operations.request(order(device, Kind.FACTORY_RESET), by=person("manager"), now=now)

    assert (operation.state, operation.starts_at) == ("cooling_off", now + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("role", "kind"),
    [("viewer", Kind.RENAME), ("operator", Kind.REMOVE), ("operator", Kind.FACTORY_RESET)],
)
def test_who_lacks_the_right_is_refused_in_words(plug, person, role, kind):
    device, _code = plug

    with pytest.raises(Forbidden, match="may not"):
        operations.request(order(device, kind), by=person(role), now=timezone.now())

    assert Operation.objects.count() == 0


def test_a_destructive_order_without_a_reason_is_refused(plug, person):
    device, _code = plug

    with pytest.raises(BadOrder) as refused:
        operations.request(
            order(device, Kind.REMOVE, reason="  "), by=person("manager"), now=timezone.now()
        )

    assert list(refused.value.problems) == ["reason"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "params"),
        ({"name": "x" * 101}, "params"),
        ({"name": "a\nb"}, "params"),
        ({"pace_per_minute": 0}, "pace_per_minute"),
        ({"stop_after_failures": -1}, "stop_after_failures"),
        ({"stop_after_percent": 101}, "stop_after_percent"),
        ({"stop_percent_of": 0}, "stop_percent_of"),
        ({"offline": "wait"}, "wait_until"),
        ({"offline": "wait", "wait_until": timezone.now() - timedelta(1)}, "wait_until"),
        ({"offline": "wait", "wait_until": timezone.now() + timedelta(91)}, "wait_until"),
        ({"wait_until": timezone.now() + timedelta(1)}, "wait_until"),
        ({"name": "", "pattern": "Lamp"}, "params"),
        ({"name": "", "pattern": "{owner}-{sn}"}, "params"),
        ({"name": "", "pattern": "{sn:x}"}, "params"),
        ({"name": "", "pattern": "{sn"}, "params"),
        ({"name": "Lamp", "pattern": "{sn}"}, "params"),
        ({"device_ids": ()}, "devices"),
        ({"device_ids": ("a", "a")}, "devices"),
    ],
)
def test_an_order_that_cannot_be_meant_names_its_field(plug, person, changes, field):
    device, _code = plug
    wanted = {"kind": Kind.RENAME, "device_ids": (device.device_id,), "name": "Lamp"} | changes

    with pytest.raises(BadOrder) as refused:
        operations.preview(Order(**wanted), by=person("operator"), now=timezone.now())

    assert list(refused.value.problems) == [field]


def test_a_preview_says_whom_it_spares_and_why_and_writes_nothing(plug, person):
    device, _code = plug
    Device.objects.filter(pk=device.pk).update(online=False)
    wanted = Order(kind=Kind.FACTORY_RESET, device_ids=(device.device_id, "nobody"))

    plan = operations.preview(wanted, by=person("manager"), now=timezone.now())

    assert [one.device for one in plan.will_act] == [device]
    assert [note.device_id for note in plan.skip] == ["nobody"]
    assert any("offline" in note.why for note in plan.warn)
    assert plan.calls == 5
    assert Operation.objects.count() == 0


def test_a_preview_names_what_hangs_behind_a_gateway(plug, person):
    device, _code = plug
    gone, *children = Device.objects.exclude(pk=device.pk).order_by("pk")[:10]
    Device.objects.filter(pk=gone.pk).update(gateway_id=device.device_id, state="removed")
    for number, child in enumerate(children):
        name = f"Child {number}"
        Device.objects.filter(pk=child.pk).update(gateway_id=device.device_id, name=name)
    names = ", ".join(f"Child {number}" for number in range(8))

    plan = operations.preview(order(device, Kind.REMOVE), by=person("manager"), now=timezone.now())

    assert [note.why for note in plan.warn if "gateway" in note.why] == [
        f"It is a gateway: 9 sub-devices behind it go dark: {names}, …"
    ]


def test_a_second_order_for_a_busy_device_is_refused_with_a_link(plug, person):
    device, _code = plug
    by = person("manager")
    first = operations.request(order(device), by=by, now=timezone.now())

    with pytest.raises(Busy) as refused:
        operations.request(order(device, Kind.REMOVE), by=by, now=timezone.now())

    assert refused.value.operation_id == first.pk


def test_an_order_for_another_list_than_the_previewed_one_is_stale(plug, person):
    device, _code = plug
    by = person("operator")
    plan = operations.preview(order(device), by=by, now=timezone.now())

    with pytest.raises(Stale):
        operations.request(
            order(device, name="Other", plan_hash=plan.plan_hash), by=by, now=timezone.now()
        )


def test_above_the_limit_a_second_person_must_agree(plug, person, settings):
    settings.APPROVAL_ABOVE = 0
    settings.COOLING_OFF = timedelta(0)
    device, _code = plug
    asker, other = person("manager"), person("manager")
    operation = operations.request(order(device, Kind.REMOVE), by=asker, now=timezone.now())
    waiting = operation.state

    with pytest.raises(Forbidden, match="another person"):
        operations.approve(operation, by=asker, now=timezone.now())
    operations.approve(operation, by=other, now=timezone.now())

    assert (waiting, operation.state, operation.approved_by_name) == (
        "awaiting_approval",
        "running",
        other.username,
    )


def test_one_device_of_a_guarded_category_needs_a_second_person(plug, person, settings):
    settings.APPROVAL_CATEGORIES = frozenset({"no-such"})
    device, _code = plug
    wanted, by = order(device, Kind.REMOVE), person("manager")
    before = operations.preview(wanted, by=by, now=timezone.now()).needs_approval

    settings.APPROVAL_CATEGORIES = frozenset({"no-such", device.category})
    plan = operations.preview(wanted, by=by, now=timezone.now())
    rename = operations.preview(order(device), by=by, now=timezone.now())

    assert (before, plan.needs_approval, rename.needs_approval) == (False, True, False)


@pytest.fixture
def awaiting(plug, person, settings):
    """Return an order that waits for a second person, and its device."""
    settings.APPROVAL_ABOVE = 0
    settings.COOLING_OFF = timedelta(0)
    device, _code = plug
    asker = person("manager")
    return operations.request(order(device, Kind.REMOVE), by=asker, now=timezone.now()), device


def test_an_approval_is_bound_to_the_list_that_was_seen(awaiting, person, run, cloud):
    operation, _device = awaiting
    other = person("manager")
    now = timezone.now()
    cloud.forget_calls()

    with pytest.raises(Stale):
        operations.approve(operation, by=other, now=now, plan_hash="0" * 64)
    operation.items.update(device_key="another")  # a row that somebody changed in the database
    with pytest.raises(Stale):
        operations.approve(operation, by=other, now=now, plan_hash=operation.plan_hash)
    Operation.objects.update(state="running", approved_by=other, approved_at=now)
    run()

    assert [call for call in cloud.calls if call.method != "GET"] == []
    assert operation.items.get().outcome == "queued"


def test_an_approval_that_comes_too_late_frees_the_devices(awaiting, person, run, settings):
    operation, device = awaiting
    expires = operation.approval_expires_at
    Operation.objects.update(approval_expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(WrongState, match="expired"):
        operations.approve(operation, by=person("manager"), now=timezone.now())

    item = operation.items.get()
    assert expires - operation.created_at == settings.APPROVAL_EXPIRES
    assert (operation.state, item.outcome, item.why) == (
        "expired",
        "cancelled",
        "Nobody approved it in time.",
    )
    operations.request(order(device), by=person("manager"), now=timezone.now())


def test_undo_in_the_cooling_off_time_sends_nothing(plug, person, run, cloud):
    device, _code = plug
    by = person("manager")
    operation = operations.request(order(device, Kind.FACTORY_RESET), by=by, now=timezone.now())
    cloud.forget_calls()

    operations.cancel(operation, by=by, now=timezone.now())
    run()

    assert (operation.state, operation.items.get().outcome) == ("cancelled", "cancelled")
    assert [call for call in cloud.calls if call.method != "GET"] == []


def test_what_is_over_cannot_be_cancelled(plug, person):
    device, _code = plug
    by = person("operator")
    operation = operations.request(order(device), by=by, now=timezone.now())
    operations.cancel(operation, by=by, now=timezone.now())

    with pytest.raises(WrongState, match="cancelled"):
        operations.cancel(operation, by=by, now=timezone.now())


def test_skipped_devices_are_written_down_with_the_reason(plug, person):
    device, _code = plug
    other = Device.objects.exclude(pk=device.pk).exclude(name="").first()
    wanted = Order(
        kind=Kind.RENAME,
        device_ids=(device.device_id, other.device_id),
        names={device.device_id: "Lamp", other.device_id: other.name.strip()},
    )
    Device.objects.filter(pk=other.pk).update(name=other.name.strip())

    operation = operations.request(wanted, by=person("operator"), now=timezone.now())

    outcomes = dict(operation.items.values_list("device_key", "outcome"))
    assert outcomes == {device.device_id: "queued", other.device_id: "skipped"}


def test_only_refused_devices_are_retried(plug, person):
    device, _code = plug
    by = person("operator")
    operation = operations.request(order(device), by=by, now=timezone.now())
    OperationItem.objects.update(outcome="unknown")

    with pytest.raises(WrongState):
        operations.retry_failed(operation, by=by, now=timezone.now())
    OperationItem.objects.update(outcome="refused")
    again = operations.retry_failed(operation, by=by, now=timezone.now())

    assert (again.retry_of_id, again.items.get().new_name) == (operation.pk, "Lamp")
