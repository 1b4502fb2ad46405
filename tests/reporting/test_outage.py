"""Half an hour without USH while ten thousand devices change: what comes afterwards."""

from collections import Counter
from itertools import pairwise

import pytest

from reporting import forwarder, outbox
from reporting.letters import StateReported
from reporting.models import Cell, Report

pytestmark = pytest.mark.django_db

DEVICES, MINUTES, QPS = 10_000, 30, 5.0
KEYS = [f"plug{number}" for number in range(DEVICES)]


def change(office, keys, *, on):
    at = int(office.clock.now.timestamp() * 1000)
    letters = [StateReported(key, "cz", {"switch_1": on}, {}, {"switch_1": at}) for key in keys]
    outbox.take(letters, office.clock.now)


def drained(office):
    while Cell.objects.filter(forwarder.claim.DIRTY).exists():
        if not forwarder.drain(office.desk).requests:
            office.clock.advance(1)


def words():
    return {(cell.ush_device_id, "PowerState"): cell.value for cell in Cell.objects.all()}


def test_after_half_an_hour_each_value_is_sent_once_at_the_allowed_rate(sim, make_office):
    office = make_office(qps=QPS, max_devices=500)
    change(office, KEYS, on=False)
    drained(office)
    sim.trouble("ush_503")  # after an answer that was lost, one more report confirms
    down = len(sim.ush.requests)
    for minute in range(MINUTES):
        share = [key for number, key in enumerate(KEYS) if number % 3 == minute % 3]
        change(office, share, on=minute // 3 % 2 == 1 and minute < MINUTES - 1)
        office.clock.advance(60)
        forwarder.drain(office.desk)
    probes = len(sim.ush.requests) - down
    dirty = {cell.ush_device_id for cell in Cell.objects.filter(forwarder.claim.DIRTY)}

    sim.calm()
    back, resumed_at = len(sim.ush.requests), office.clock.now
    office.clock.advance(301)
    drained(office)

    sends = Counter(told.device_id for asked in sim.ush.requests[back:] for told in asked.told)
    times = list(
        Report.objects.filter(sent_at__gt=resumed_at).order_by("sent_at").values_list("sent_at")
    )
    gaps = [(after - before).total_seconds() for (before,), (after,) in pairwise(times)]
    assert len(dirty) > DEVICES / 2
    assert probes <= MINUTES + 5  # one small request at a time, not each change anew
    assert {sends[key] for key in dirty} == {1}
    assert max(sends.values()) <= 2  # who was not changed: the canary's cell, and all told again
    assert min(gaps) >= 1 / QPS - 0.001
    assert sim.ush.state == words()
    assert not Cell.objects.filter(lane="quarantine").exists()
