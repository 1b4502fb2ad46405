"""A running simulation and somebody who calls it."""

import httpx
import pytest

import simulator
from tests.simulator.caller import Caller


@pytest.fixture
def sim():
    with simulator.running(devices=60, days=2) as running:
        yield running


@pytest.fixture
def caller(sim):
    caller = Caller(sim)
    caller.sign_in()
    yield caller
    caller.close()


@pytest.fixture
def http(sim):
    with httpx.Client(base_url=sim.url, timeout=5, trust_env=False) as client:
        yield client


@pytest.fixture
def one(sim):
    """The first device: a metering plug."""
    return next(iter(sim.world.devices.values()))
