"""Whatever devices, USH and processes do in whatever order: USH ends with the newest value."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from reporting import cells, claim, forwarder, outbox, sinks
from reporting.letters import DeviceGone, SpecItem, StateReported
from reporting.models import Cell, Report, Sink

pytestmark = pytest.mark.django_db

KEYS = ("ac1", "ac2", "ac3")
SPEC = {"temp_set": SpecItem("Integer", {"scale": 1})}
OUTAGES = ("ush_500", "ush_refuses", "ush_503", "ush_down", "ush_429", "ush_html", "ush_empty")
FAULTS = (*OUTAGES, "ush_lost_answer", "ush_cut_body", "ush_wrong_format", "poison", "wrong_url")

ACTIONS = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(KEYS)),
    st.tuples(st.just("nudge"), st.sampled_from(KEYS)),
    st.tuples(st.just("stale"), st.sampled_from(KEYS)),
    st.tuples(st.just("gone"), st.sampled_from(KEYS)),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS)),
    st.tuples(st.just("calm"), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from((1, 5, 61, 301, 3601))),
    st.tuples(st.just("forward"), st.just("")),
    st.tuples(st.just("crash"), st.just("")),
    st.tuples(st.just("resync"), st.just("")),
)
PATIENT = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class World:
    """Devices with one temperature each that only ever rises, so that every value has its place.

    A change is a whole degree, a nudge a tenth: small enough to wait until it has settled.
    """

    office: object
    sim: object
    tenths: int = 0
    living: dict | None = None
    poisoned: bool = False

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

    def fault(self, name):
        if name == "poison":
            self.poisoned = True
            self.sim.trouble("ush_poisoned", device=KEYS[0])
        elif name == "wrong_url":
            self.sim.trouble("ush_http", status=404)
        else:
            self.sim.trouble(name)

    def calm(self, _=""):
        self.sim.calm()

    def wait(self, seconds):
        self.office.clock.advance(seconds)

    def forward(self, _=""):
        forwarder.drain(self.office.desk)

    def crash(self, _=""):
        sinks.ensure()
        claim.take_batch(self.office.clock.now, 50, timedelta(seconds=1))

    def resync(self, _=""):
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


@PATIENT
@given(actions=st.lists(ACTIONS, max_size=25))
def test_when_faults_end_ush_holds_the_newest_value_of_every_device(office, sim, actions):
    world = fresh(office, sim)

    for name, argument in actions:
        getattr(world, name)(argument)
    world.settle()

    held = {device: value for (device, _), value in sim.ush.state.items() if device in world.living}
    assert held == world.living
    assert not Cell.objects.exclude(lane="healthy").exists()
    assert {c.version == c.acked_version and c.acked_known for c in Cell.objects.all()} <= {True}


@PATIENT
@given(actions=st.lists(ACTIONS, max_size=25))
def test_no_device_ever_goes_back_to_an_older_value(office, sim, actions):
    world = fresh(office, sim)

    for name, argument in actions:
        if name != "gone":  # a device that returns starts anew
            getattr(world, name)(argument)
    world.settle()

    for key in KEYS:
        taken = [float(one.value) for one in sim.ush.history if one.device_id == key]
        assert all(before <= after for before, after in pairwise(taken))


@PATIENT
@given(actions=st.lists(ACTIONS, max_size=25))
def test_every_request_is_well_formed_and_an_outage_quarantines_nobody(office, sim, actions):
    world = fresh(office, sim)

    for name, argument in actions:
        getattr(world, name)(argument)
        stuck = set(Cell.objects.filter(lane="quarantine").values_list("ush_device_id", flat=True))
        assert stuck <= ({KEYS[0]} if world.poisoned else set())
    event(f"requests: {min(len(sim.ush.requests), 10)}")

    for asked in sim.ush.requests:
        devices = [device["deviceId"] for device in asked.body["devices"]]
        assert devices == sorted(set(devices))
        for device in asked.body["devices"]:
            names = [prop["name"] for prop in device["properties"]]
            assert names == sorted(set(names))
            assert names
            assert all(isinstance(prop["value"], str) for prop in device["properties"])


@dataclass
class Model:
    """A cell in plain words: what the statement must come to."""

    value: str
    at: int
    dirty: bool = True
    acked: str | None = None
    known: bool = False
    late: int = 0

    def hear(self, value, at):
        if at < self.at:
            self.late += 1
            return
        self.at = at
        if value != self.value:
            self.value = value
            self.dirty = not (self.known and value == self.acked)

    def acknowledge(self, known):
        self.acked, self.known, self.dirty = self.value, known, False


NEWS = st.one_of(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 6)),
    st.sampled_from([("ack", True), ("ack", False)]),
)


@PATIENT
@given(first=st.tuples(st.sampled_from("ABC"), st.integers(1, 6)), news=st.lists(NEWS, max_size=15))
def test_news_of_one_cell_is_taken_as_the_rules_say(now, first, news):
    Cell.objects.all().delete()
    sink = sinks.ensure().name

    def hear(value, at):
        found = [cells.News("d", "d", "Mode", value, at)]
        cells.store(sink, found, now, timedelta(seconds=1))

    hear(*first)
    model = Model(*first)
    for word, argument in news:
        if word == "ack":
            one = Cell.objects.get()
            one.acked_value, one.acked_version, one.acked_known = one.value, one.version, argument
            one.save()
            model.acknowledge(argument)
        else:
            hear(word, argument)
            model.hear(word, argument)

    cell = Cell.objects.get()
    dirty = cell.version > cell.acked_version
    assert (
        Model(cell.value, cell.source_at, dirty, cell.acked_value, cell.acked_known, cell.late)
        == model
    )
