"""A post office with a clock that tests move, and a fake USH that is really called over HTTP."""

from datetime import timedelta
from random import Random

import pytest

import simulator
from reporting import outbox
from reporting.letters import StateReported
from reporting.sending import Desk
from reporting.terms import Terms
from reporting.ush.client import UshClient
from reporting.ush.wire import Format

PATHS = {Format.DEVICES: "/v2/iot/status-report", Format.ENVELOPE: "/device/v2/iot/status-report"}


class Clock:
    """Time that moves when a test says so, or when somebody would have slept."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += timedelta(seconds=seconds)


class Office:
    """What a test of the forwarder holds: the desk, its clock, and news to post."""

    def __init__(self, desk, clock):
        self.desk, self.clock = desk, clock

    def switch(self, *keys, on=True):
        """Say that plugs are on or off now."""
        self.post(*[(key, {"switch_1": on}) for key in keys])

    def post(self, *states, category="cz"):
        """Hand over states, and let the window pass."""
        at = int(self.clock.now.timestamp() * 1000)
        letters = [
            StateReported(key, category, values, {}, dict.fromkeys(values, at))
            for key, values in states
        ]
        outbox.take(letters, self.clock.now)
        self.clock.advance(1)


@pytest.fixture
def sim():
    with simulator.running(devices=1) as running:
        yield running


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def make_office(sim, clock):
    opened = []

    def make(format=Format.DEVICES, url="", deadline=15.0, **changes):  # noqa: A002  its name
        terms = {
            "url": url or sim.url + PATHS[format],
            "format": format,
            "source_code": "channel-7",
            "headers": (),
            "max_devices": 50,
            "qps": 1000.0,
            "window": timedelta(seconds=1),
            "enabled": True,
        }
        ush = UshClient(terms["url"], deadline=deadline)
        opened.append(ush)
        desk = Desk(ush, Terms(**(terms | changes)), clock, sleep=clock.advance, chance=Random(1))
        return Office(desk, clock)

    yield make
    for ush in opened:
        ush.__exit__()


@pytest.fixture
def office(make_office):
    return make_office()
