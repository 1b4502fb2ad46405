"""Staff's hands on what USH refuses, and what they leave behind."""

import pytest

from people.models import Deed
from reporting import cells, forwarder, health, outbox, sinks, steering
from reporting.models import Cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(office, sim):
    """USH refuses plug1, and knows that it was ON."""
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1", on=False)
    forwarder.drain(office.desk)
    return office


def test_what_ush_refuses_is_grouped_by_what_it_said_whichever_device_it_names(stuck, sim):
    sim.trouble("ush_poisoned", device="plug2")
    stuck.switch("plug2", "plug3")
    forwarder.drain(stuck.desk)

    (group,) = health.stuck()
    (cause,) = health.causes(stuck.clock())

    assert (group.property, group.cells, group.devices) == ("PowerState", 2, 2)
    assert group.words.endswith("(HTTP 200, code 500: DEVICE_NOT_FOUND refused: …)")
    assert (cause.outcome, cause.count) == ("I", 4)  # twice a batch and the one in it
    assert "DEVICE_NOT_FOUND" in cause.words


def test_a_value_that_was_given_up_is_not_told_again_not_even_by_a_resync(stuck, sim):
    count = steering.discard("mara", stuck.clock())
    asked = len(sim.ush.requests)

    cells.tell_again(sinks.ensure().name, stuck.clock())
    stuck.clock.advance(3601)
    forwarder.drain(stuck.desk)

    assert count == 1
    told = {one.device_id for request in sim.ush.requests[asked:] for one in request.told}
    assert told == {"plug0"}
    assert not Cell.objects.filter(lane="quarantine").exists()


def test_the_next_change_of_a_value_that_was_given_up_is_told(stuck, sim):
    steering.discard("mara", stuck.clock())
    sim.calm()

    stuck.switch("plug1", on=True)
    stuck.clock.advance(5)
    forwarder.drain(stuck.desk)

    assert sim.ush.state["plug1", "PowerState"] == "ON"
    assert Cell.objects.get(ush_device_id="plug1").discarded is False


def test_a_change_while_it_was_given_up_and_back_again_is_told(stuck, sim):
    steering.discard("mara", stuck.clock())
    sim.calm()

    stuck.switch("plug1", on=True)
    stuck.switch("plug1", on=False)
    stuck.clock.advance(5)
    forwarder.drain(stuck.desk)

    assert sim.ush.state["plug1", "PowerState"] == "OFF"


def test_one_of_several_is_given_up(stuck, sim):
    sim.trouble("ush_poisoned", device="plug2")
    stuck.switch("plug2", "plug3")
    forwarder.drain(stuck.desk)
    chosen = Cell.objects.get(ush_device_id="plug2")

    count = steering.discard("mara", stuck.clock(), cell_ids=[chosen.pk])

    assert count == 1
    assert [one.ush_device_id for one in Cell.objects.filter(lane="quarantine")] == ["plug1"]


def test_only_what_is_in_quarantine_can_be_given_up(stuck):
    waiting = Cell.objects.get(ush_device_id="plug0")

    assert steering.discard("mara", stuck.clock(), cell_ids=[waiting.pk]) == 0


def test_the_drift_says_what_ush_thinks_and_since_when_it_is_wrong(stuck):
    (one,) = health.drift()

    assert (one.ush_device_id, one.acked_value, one.value) == ("plug1", "ON", "OFF")
    assert one.drifts
    assert one.since == outbox.knowledge("plug1")[0].since


def test_what_was_given_up_still_shows_as_drift(stuck):
    steering.discard("mara", stuck.clock())

    (one,) = health.drift()

    assert (one.discarded, one.dirty) == (True, False)


def test_every_deed_is_kept_with_who_did_it(stuck):
    now = stuck.clock()

    steering.pause("mara", "USH moves", now)
    steering.pause("nils", "again", now)
    steering.resume("mara", now)
    steering.tell_again("nils", now, ["plug0"])
    steering.retry_quarantined("olga", now)
    steering.discard("olga", now, ["plug1"])

    kept = [
        (one.who, one.what, one.why, one.devices, one.details)
        for one in Deed.objects.order_by("pk")
    ]
    assert kept == [
        ("mara", "pause", "USH moves", [], {}),
        ("mara", "resume", "", [], {}),
        ("nils", "resync", "", ["plug0"], {"cells": 1}),
        ("olga", "retry", "", [], {"cells": 1}),
        ("olga", "discard", "", ["plug1"], {"cells": 1}),
    ]
