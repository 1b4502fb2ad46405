"""Real connections, real processes: what no single thread can show."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from reporting import claim, forwarder, outbox, sinks
from reporting.letters import DeviceGone, StateReported
from reporting.models import Cell

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def running_together(*works):
    """Run each work in a thread with a connection of its own; give back what they raised."""
    faults = []

    def run(work):
        try:
            work()
        except Exception as fault:  # noqa: BLE001  shown by the test
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    yield faults
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def dirty():
    return {c.ush_device_id for c in Cell.objects.all() if c.version > c.acked_version}


def test_two_forwarders_send_each_cell_once(sim, make_office):
    one, two = make_office(max_devices=5), make_office(max_devices=5)
    one.switch(*[f"plug{n}" for n in range(200)])
    tallies = []
    start = threading.Barrier(2)

    def forward(office):
        start.wait()
        tallies.append(forwarder.drain(office.desk))

    with running_together(lambda: forward(one), lambda: forward(two)) as faults:
        pass

    sends = Counter(told.device_id for asked in sim.ush.requests for told in asked.told)
    assert faults == []
    assert set(sends.values()) == {1}
    assert len(sends) == 200
    assert dirty() == set()
    assert all(tally.requests > 0 for tally in tallies)


def test_two_claims_at_once_share_no_device(now):
    letters = [
        StateReported(f"plug{n}", "cz", {"switch_1": True}, {}, {"switch_1": 1}) for n in range(80)
    ]
    outbox.take(letters, now)
    later = now + timedelta(seconds=2)
    start = threading.Barrier(2)
    batches = []

    def take():
        start.wait()
        batches.append(claim.take_batch(later, 30, timedelta(seconds=1)))

    with running_together(take, take) as faults:
        pass

    taken = [{cell.ush_device_id for cell in batch.cells} for batch in batches if batch]
    shares = [set(batch.lease.fences) for batch in batches if batch]
    assert faults == []
    assert sum(len(devices) for devices in taken) == len(set().union(*taken))
    assert sum(len(numbers) for numbers in shares) == len(set().union(*shares))


def test_a_share_that_somebody_holds_is_not_waited_for(now):
    sinks.ensure()
    batch_taken, may_end = threading.Event(), threading.Event()
    letter = StateReported("plug1", "cz", {"switch_1": True}, {}, {"switch_1": 1})
    outbox.take([letter], now)
    later = now + timedelta(seconds=2)

    def hold():
        claim.take_batch(later, 50, timedelta(seconds=1))
        batch_taken.set()
        may_end.wait(30)

    with running_together(hold) as faults:
        assert batch_taken.wait(30)
        found = claim.take_batch(later, 50, timedelta(seconds=1))
        may_end.set()

    assert faults == []
    assert found is None


def test_news_departures_and_forwarding_at_once_end_with_the_newest_value(sim, make_office):
    office = make_office(max_devices=20, window=timedelta(0))
    keys = [f"plug{n}" for n in range(30)]
    base = int(office.clock.now.timestamp() * 1000)

    def talk(order):
        for turn in range(40):
            states = [
                StateReported(key, "cz", {"switch_1": turn % 2 == 0}, {}, {"switch_1": base + turn})
                for key in order
            ]
            outbox.take(states, office.clock.now)
        outbox.take([DeviceGone("gone"), StateReported("gone", "cz", {}, {}, {})], office.clock.now)

    def forward():
        for _ in range(60):
            forwarder.forward_due(office.desk)

    def tell_again():
        for _ in range(20):
            outbox.resync(office.clock.now)

    works = (lambda: talk(keys), lambda: talk(keys[::-1]), forward, forward, tell_again)
    with running_together(*works) as faults:
        pass
    forwarder.drain(office.desk)
    office.clock.advance(30)
    forwarder.drain(office.desk)

    assert faults == []
    assert set(sim.ush.state.values()) == {"OFF"}
    assert len(sim.ush.state) == 30
    assert dirty() == set()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_forwarder_killed_around_its_request_loses_nothing(sim, office, clock, moment):
    office.switch("plug1", "plug2")
    database = connection.settings_dict["NAME"]
    url, now = office.desk.terms.url, clock.now.isoformat()

    died = subprocess.run(
        [sys.executable, "-m", "tests.reporting.doomed", database, url, moment, now],
        check=False,
        timeout=60,
    )

    assert died.returncode == -signal.SIGKILL
    assert len(sim.ush.requests) == (1 if moment == "after" else 0)
    assert dirty() == {"plug1", "plug2"}
    assert forwarder.drain(office.desk).requests == 0  # its lease holds the devices still
    office.switch("plug1", on=False)
    clock.advance(61)
    forwarder.drain(office.desk)
    assert sim.ush.state == {("plug1", "PowerState"): "OFF", ("plug2", "PowerState"): "ON"}
    clock.advance(30)
    forwarder.drain(office.desk)
    assert dirty() == set()


def test_a_sender_that_died_is_confirmed_because_its_request_may_be_applied_late(
    sim, office, clock
):
    office.switch("plug1", on=True)
    forwarder.drain(office.desk)
    office.switch("plug1", on=False)
    claim.take_batch(clock.now, 50, timedelta(seconds=1))  # and never heard of again

    clock.advance(61)
    forwarder.drain(office.desk)
    clock.advance(30)
    forwarder.drain(office.desk)

    sends = [told.value for asked in sim.ush.requests for told in asked.told]
    assert sends == ["ON", "OFF", "OFF"]
    assert dirty() == set()
