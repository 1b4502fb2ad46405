"""Whatever devices, USH and processes do in whatever order: USH ends with the newest value.

A machine that hypothesis drives; the numbers are those of the delivery's invariants (I1 to I10).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from reporting import cells, claim, forwarder, outbox, sinks, take
from reporting.letters import DeviceGone, SpecItem, StateReported
from reporting.models import Cell, Report, Sink

pytestmark = pytest.mark.django_db

KEYS = ("ac1", "ac2", "ac3")
SPEC = {"temp_set": SpecItem("Integer", {"scale": 1})}
OUTAGES = ("ush_500", "ush_refuses", "ush_503", "ush_down", "ush_429", "ush_html", "ush_empty")
FAULTS = (*OUTAGES, "ush_lost_answer", "ush_cut_body", "ush_wrong_format", "poison", "wrong_url")
PATIENT = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass
class World:
    """Devices with one temperature each that only ever rises, so that every value has its place.

    A change is a whole degree, a nudge a tenth: small enough to wait until it has settled.
    """

    office: object
    sim: object
    tenths: int = 0
    poisoned: bool = False
    living: dict = field(default_factory=dict)
    born: dict = field(default_factory=dict)  # where in USH's history a device's life begins

    def change(self, key, by=10):
        self.tenths += by
        self.living[key] = f"{self.tenths / 10:g}"
        self._post(key, self.tenths, self._ms())

    def nudge(self, key):
        self.change(key, by=1)

    def stale(self, key):
        self._post(key, 0, 1)
        self.living.setdefault(key, "0")

    def gone(self, key):
        outbox.take([DeviceGone(key)], self.office.clock.now)
        self.living.pop(key, None)
        self.born[key] = len(self.sim.ush.history)

    def fault(self, name):
        if name == "poison":
            self.poisoned = True
            self.sim.trouble("ush_poisoned", device=KEYS[0])
        elif name == "wrong_url":
            self.sim.trouble("ush_http", status=404)
        else:
            self.sim.trouble(name)

    def calm(self):
        self.sim.calm()

    def wait(self, seconds):
        self.office.clock.advance(seconds)

    def forward(self):
        forwarder.drain(self.office.desk)

    def crash(self, way):
        """Die between claim and request, on either way that a claim takes."""
        sinks.ensure()
        if way == "quick":
            take.healthy(self.office.desk.terms, self.office.clock.now, {})
        else:
            claim.take_batch(self.office.clock.now, 50, timedelta(seconds=1))

    def resync(self):
        cells.tell_again(sinks.ensure().name, self.office.clock.now)

    def _post(self, key, tenths, at):
        letter = StateReported(key, "kt", {"temp_set": tenths}, SPEC, {"temp_set": at})
        outbox.take([letter], self.office.clock.now)
        self.office.clock.advance(0.1)

    def _ms(self):
        return int(self.office.clock.now.timestamp() * 1000)

    def settle(self):
        self.calm()
        for _ in range(8):
            self.wait(3601)
            self.forward()


def fresh(office, sim):
    for model in (Cell, Report, Sink):
        model.objects.all().delete()
    sim.calm()
    sim.ush.forget()
    return World(office, sim, living={})


class Delivery(RuleBasedStateMachine):
    """One post office and one USH; every rule is something that happens to them."""

    def __init__(self, office, sim):
        super().__init__()
        self.office, self.sim, self.looked_at = office, sim, 0

    @initialize()
    def begin(self):
        for model in (Cell, Report, Sink):
            model.objects.all().delete()
        self.sim.calm()
        self.sim.ush.forget()
        self.world = World(self.office, self.sim)

    @rule(key=st.sampled_from(KEYS), what=st.sampled_from(("change", "nudge", "stale", "gone")))
    def device(self, key, what):
        getattr(self.world, what)(key)

    @rule(name=st.sampled_from(FAULTS))
    def fault(self, name):
        self.world.fault(name)

    @rule(what=st.sampled_from(("forward", "calm", "resync")))
    def happen(self, what):
        getattr(self.world, what)()

    @rule(seconds=st.sampled_from((1, 5, 61, 301, 3601)))
    def wait(self, seconds):
        self.world.wait(seconds)

    @rule(way=st.sampled_from(("quick", "careful")))
    def crash(self, way):
        self.world.crash(way)

    @invariant()
    def no_device_goes_back_to_an_older_value(self):
        """I2; a device that left and came back starts anew."""
        for key in KEYS:
            life = self.sim.ush.history[self.world.born.get(key, 0) :]
            taken = [float(one.value) for one in life if one.device_id == key]
            assert all(before <= after for before, after in pairwise(taken))

    @invariant()
    def an_outage_quarantines_nobody(self):
        """I3 and I6: only who is refused by name is set aside, and delays no other."""
        stuck = set(Cell.objects.filter(lane="quarantine").values_list("ush_device_id", flat=True))
        assert stuck <= ({KEYS[0]} if self.world.poisoned else set())

    @invariant()
    def every_request_is_well_formed(self):
        """I4."""
        requests = self.sim.ush.requests
        for asked in requests[self.looked_at :]:
            devices = [device["deviceId"] for device in asked.body["devices"]]
            assert devices == sorted(set(devices))
            assert devices
            for device in asked.body["devices"]:
                names = [prop["name"] for prop in device["properties"]]
                assert names == sorted(set(names))
                assert names
                assert all(isinstance(prop["value"], str) for prop in device["properties"])
        self.looked_at = len(requests)

    def teardown(self):
        """I1, I5, I8, I10: when faults end, USH holds the newest value of every device."""
        self.world.settle()
        told = self.sim.ush.state.items()
        held = {device: value for (device, _), value in told if device in self.world.living}
        assert held == self.world.living
        assert not Cell.objects.exclude(lane="healthy").exists()
        known = {one.version == one.acked_version and one.acked_known for one in Cell.objects.all()}
        assert known <= {True}


def test_whatever_happens_in_whatever_order_ush_ends_with_the_newest_value(office, sim):
    run_state_machine_as_test(lambda: Delivery(office, sim), settings=PATIENT)
