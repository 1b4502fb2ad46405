from datetime import timedelta

import pytest

from reporting import forwarder
from reporting.models import Cell, Sink

pytestmark = pytest.mark.django_db
# Steps commit, as in life: within one transaction around a test, a missing one would not show.
committing = pytest.mark.django_db(transaction=True)


def road():
    return Sink.objects.get()


def dirty():
    return {c.ush_device_id for c in Cell.objects.all() if c.version > c.acked_version}


def bodies(sim):
    return [[(told.device_id, told.value) for told in asked.told] for asked in sim.ush.requests]


@committing
def test_one_poisoned_device_of_fifty_costs_at_most_thirteen_requests(sim, office):
    sim.trouble("ush_poisoned", device="plug17")
    office.switch(*[f"plug{n}" for n in range(50)])

    tally = forwarder.drain(office.desk)

    assert dirty() == {"plug17"}
    cell = Cell.objects.get(ush_device_id="plug17")
    assert (cell.lane, "DEVICE_NOT_FOUND" in cell.last_error) == ("quarantine", True)
    assert tally.requests <= 13
    assert set(Cell.objects.exclude(pk=cell.pk).values_list("lane", flat=True)) == {"healthy"}


def test_of_one_device_only_the_refused_property_is_kept_apart(sim, office):
    sim.trouble("ush_poisoned", property="WindSpeed")
    state = {"switch": True, "fan_speed_enum": "low", "mode": "cold"}
    office.post(("ac1", state), ("ac2", state), category="kt")

    forwarder.drain(office.desk)

    stuck = Cell.objects.filter(lane="quarantine").values_list("ush_device_id", "property")
    assert sorted(stuck) == [("ac1", "WindSpeed"), ("ac2", "WindSpeed")]
    assert len(sim.ush.state) == 4


@committing
@pytest.mark.parametrize("trouble", ["ush_500", "ush_refuses"])
def test_an_outage_answered_with_500_quarantines_nobody(sim, office, clock, trouble):
    office.switch("old")
    forwarder.drain(office.desk)
    sim.trouble(trouble)
    office.switch(*[f"plug{n}" for n in range(20)])
    for _ in range(12):
        clock.advance(301)
        forwarder.drain(office.desk)

    assert not Cell.objects.filter(lane="quarantine").exists()
    sim.calm()
    clock.advance(301)
    forwarder.drain(office.desk)

    assert len(sim.ush.state) == 21
    assert dirty() == set()


@committing
@pytest.mark.parametrize("trouble", ["ush_500", "ush_refuses"])
def test_a_fresh_install_in_such_an_outage_quarantines_nobody_either(sim, office, clock, trouble):
    sim.trouble(trouble)
    office.switch(*[f"plug{n}" for n in range(20)])
    for _ in range(12):
        clock.advance(301)
        forwarder.drain(office.desk)

    assert not Cell.objects.filter(lane="quarantine").exists()
    sim.calm()
    clock.advance(301)
    forwarder.drain(office.desk)

    assert len(sim.ush.state) == 20


def test_a_quarantined_cell_travels_alone_and_success_frees_it(sim, office, clock):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1", "plug2")
    forwarder.drain(office.desk)
    sim.calm()
    office.switch("plug0", on=False)
    before = len(sim.ush.requests)

    clock.advance(3601)
    forwarder.drain(office.desk)

    assert sorted(bodies(sim)[before:]) == [[("plug0", "OFF")], [("plug1", "ON")]]
    assert set(Cell.objects.values_list("lane", flat=True)) == {"healthy"}


def test_a_quarantined_cell_waits_longer_after_each_refusal(sim, office, clock):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    waits = []
    for _ in range(7):
        clock.now = Cell.objects.get(ush_device_id="plug1").next_try_at
        forwarder.drain(office.desk)
        waits.append(Cell.objects.get(ush_device_id="plug1").next_try_at - clock.now)

    assert waits == [timedelta(hours=hours) for hours in (2, 4, 8, 16, 24, 24, 24)]


def test_a_new_value_of_a_quarantined_cell_is_tried_at_once(sim, office):
    sim.trouble("ush_poisoned", value="OFF")
    office.switch("plug0", on=True)
    office.switch("plug1", on=False)
    forwarder.drain(office.desk)
    assert Cell.objects.get(ush_device_id="plug1").lane == "quarantine"

    office.switch("plug1", on=True)
    forwarder.drain(office.desk)

    assert dirty() == set()
