"""What ends or begins by itself is on record, once, by Fleet."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from devices import endings, runner
from devices.models import Operation, OperationItem
from people import audit, callers
from people.models import Deed
from tests.devices.api import made

pytestmark = pytest.mark.django_db(transaction=True)  # a run takes a lock of its own


@pytest.fixture
def order():
    """Make an order of some devices: order("running", "dev1", "dev2", kind="remove")."""
    by = User.objects.create(username="ann")

    def make(state, *names, outcome="queued", online=False, **given):
        some = [made.device(name, online=online) for name in names]
        operation = made.operation(by, some)
        operation.items.update(outcome=outcome)
        Operation.objects.filter(pk=operation.pk).update(state=state, **given)
        operation.refresh_from_db()
        return operation

    return make


def told():
    assert audit.verify().broken is None
    return [(d.who, d.what, d.about, d.address, d.devices, d.details) for d in Deed.objects.all()]


def test_what_nobody_approved_in_time_is_on_record_once(order, now):
    operation = order("awaiting_approval", "dev1", approval_expires_at=now)
    held = callers._address.set("203.0.113.9")  # of whoever came too late

    ended = [endings.expire(now), endings.expire(now)]
    callers._address.reset(held)

    details = {"approval_expired_at": "2026-11-21T12:00:00.000Z"}
    assert ended == [1, 0]
    assert told() == [("Fleet", "op-expired", f"#{operation.pk} rename", "", [], details)]


def test_what_was_stopped_by_its_failures_is_on_record_once(order, now):
    operation = order("running", "dev1", "dev2", outcome="refused", stop_after_percent=50)
    operation.stop_percent_of = 2

    for _ in range(2):
        endings.stop_if_failing(operation, now)

    details = {"failed": 2, "answered": 2}
    assert told() == [("Fleet", "op-stopped", f"#{operation.pk} rename", "", [], details)]


def test_who_was_waited_for_in_vain_is_on_record_with_the_end(order, now):
    given = {"offline": "wait", "wait_until": now - timedelta(minutes=1)}
    operation = order("running", "dev1", "dev2", **given)
    other = order("running", "dev3", offline="wait", wait_until=now + timedelta(days=1))

    for _ in range(2):
        runner.run_operations(now)

    about = f"#{operation.pk} rename"
    assert told()[::-1] == [
        ("Fleet", "op-left-out", about, "", ["dev1", "dev2"], {}),
        ("Fleet", "op-finished", about, "", [], {}),
    ]
    assert OperationItem.objects.get(operation=other).outcome == "queued"


def test_the_end_of_a_cooling_off_time_is_on_record_once(order, now):
    given = {"offline": "wait", "wait_until": now + timedelta(days=1)}
    operation = order("cooling_off", "dev1", starts_at=now, **given)
    order("cooling_off", "dev2", starts_at=now + timedelta(seconds=1), **given)

    for _ in range(2):
        runner.run_operations(now)

    assert told() == [("Fleet", "op-started", f"#{operation.pk} rename", "", [], {})]
