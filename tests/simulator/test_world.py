"""The world: the same seed gives the same life, and its past agrees with its present."""

import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from simulator import Options, Simulation
from simulator.activity import Activity
from simulator.clock import Clock
from simulator.values import log_text
from simulator.world import World

START = 1_763_700_000_000
PAYLOADS = next(
    (
        path
        for parent in Path(__file__).resolve().parents
        if (path := parent / "shared" / "payloads" / "products.json").exists()
    ),
    None,
)


def world(**options):
    return Simulation(Options(**{"devices": 80, "start": START, "days": 1.0, **options}))


def picture(sim):
    """Everything that callers could see, without what depends on the machine's clock."""
    return [
        (one.id, one.name, one.online, one.gone, one.status, list(sim.world.rows(one.id)))
        for one in sim.world.devices.values()
    ]


class StoppedClock(Clock):
    def now_ms(self):
        return START


def live(seed):
    """Let half an hour pass in a world whose clock stands, and look at it."""
    stopped = StoppedClock()
    options = Options(devices=80, seed=seed, days=1.0, activity=10.0)
    world = World(options, stopped)
    Activity(world, 10.0).run_until(START + 1_800_000)
    return [
        (one.id, one.name, one.online, one.gone, one.local_key, one.status, world.rows(one.id))
        for one in world.devices.values()
    ]


def test_the_same_seed_gives_the_same_life_to_the_last_row():
    assert live(3) == live(3)


def test_another_seed_gives_another_life():
    first, second = live(3), live(4)

    assert {one[0] for one in first}.isdisjoint(one[0] for one in second)


def test_a_larger_fleet_begins_with_the_smaller_one():
    small = [(one.id, one.local_key) for one in world(devices=10).world.devices.values()]
    large = [(one.id, one.local_key) for one in world(devices=100).world.devices.values()]

    assert large[:10] == small


def test_activity_of_nothing_is_nothing():
    sim = world()
    before = picture(sim)

    sim.activity.run_until(START + 3_600_000)

    assert picture(sim) == before


def test_a_lively_hour_has_every_kind_of_event():
    sim = world(devices=200, activity=10.0, days=0.0)
    before = {one.id: one.name for one in sim.world.devices.values()}

    count = sim.activity.run_until(sim.world.started_ms + 3_600_000)

    events = Counter(row.event_id for one in sim.world.devices.values() for row in one.rows)
    assert count > 50_000
    assert set(events) == {1, 2, 3, 4, 6, 7, 8, 9, 10}  # 5 is a command, which callers give
    assert any(one.name != before[one.id] for one in sim.world.devices.values())


def test_the_past_ends_in_the_present_also_after_changes():
    sim = world(devices=60)
    sim.press(next(iter(sim.world.devices)), "switch_1", True)

    for device in sim.world.devices.values():
        rows = sim.world.rows(device.id)
        newest = {row.code: row.value for row in rows if row.code}
        presence = [row.event_id for row in rows if row.event_id in (1, 2)]
        assert rows == sorted(rows)
        assert newest == {code: log_text(device.status[code]) for code in newest}
        assert all(a != b for a, b in pairwise(presence))
        assert not presence or (presence[-1] == 1) == device.online


def test_some_values_break_their_specification_and_most_do_not():
    sim = world(devices=60, activity=10.0, days=0.0)
    sim.activity.run_until(sim.world.started_ms + 3_600_000)

    fit = Counter(
        row.value in point.values["range"]
        for device in sim.world.devices.values()
        for row in device.rows
        if (point := device.product.point(row.code)) and point.kind == "Enum"
    )

    assert fit[True] > 20 * fit[False] > 0


def test_advance_lets_everything_happen_meanwhile():
    sim = Simulation(Options(devices=50, activity=5.0))
    before = sim.now

    sim.advance(600)

    assert (sim.now - before).total_seconds() >= 600
    assert sum(len(one.rows) for one in sim.world.devices.values()) > 500


def test_ten_thousand_devices_stand_within_seconds():
    began = time.monotonic()

    sim = Simulation(Options(devices=10_000, days=2.0, activity=1.0))

    assert len(sim.world.devices) == 10_000
    # A bound that only a changed order of growth breaks: it takes under one second.
    assert time.monotonic() - began < 30


@pytest.mark.skipif(PAYLOADS is None, reason="the file of real products is not here")
def test_real_products_can_stand_in_for_the_catalogue():
    sim = Simulation(Options(devices=500, products=PAYLOADS, activity=20.0, days=1.0))

    sim.activity.run_until(sim.world.started_ms + 300_000)

    first = next(iter(sim.world.devices.values()))
    assert len(sim.world.products) == 378
    assert {one.product.pid for one in sim.world.devices.values()} == {
        one.pid for one in sim.world.products
    }
    assert set(first.status) == {point.code for point in first.product.points if point.reported}
    assert sum(len(sim.world.rows(one)) for one in sim.world.devices) > 500
