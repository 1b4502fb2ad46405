"""The figures that a monitor reads, from rows."""

import pytest
import time_machine
from prometheus_client import CollectorRegistry, generate_latest

from reporting import forwarder, metrics
from reporting.models import Report

pytestmark = pytest.mark.django_db


def written():
    class Rows:
        def collect(self):
            return metrics.collect()

    registry = CollectorRegistry()
    registry.register(Rows())
    lines = generate_latest(registry).decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def test_every_figure_is_there_before_anything_was_sent():
    found = written()

    for name in ("cells_dirty", "oldest_dirty_seconds", "cells_quarantined", "bisects"):
        assert found[f"fleet_ush_{name}"] == 0
    for name in ("late_dropped", "deduped", "cells_discarded", "road_failures"):
        assert found[f"fleet_ush_{name}"] == 0


def test_changes_without_a_request_of_their_own_and_searches_are_counted(office, sim):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", on=True)
    office.switch("plug0", "plug1", on=False)
    office.switch("plug0", "plug1", on=True)
    forwarder.drain(office.desk)

    with time_machine.travel(office.clock.now):  # the figures tell of the last day
        found = written()

    assert found["fleet_ush_deduped"] == 3
    assert found["fleet_ush_cells_quarantined"] == 1
    assert found["fleet_ush_bisects"] == Report.objects.filter(kind="split").count() > 0


def test_the_lags_of_the_last_hour_are_spread_over_buckets(office):
    office.switch("plug0")
    forwarder.drain(office.desk)
    Report.objects.update(sent_at=metrics.timezone.now(), lag_ms=2500)

    found = written()

    buckets = {name: value for name, value in found.items() if "lag_spread_seconds_bucket" in name}
    assert buckets['fleet_ush_lag_spread_seconds_bucket{le="2.0"}'] == 0
    assert buckets['fleet_ush_lag_spread_seconds_bucket{le="3.0"}'] == 1
    assert buckets['fleet_ush_lag_spread_seconds_bucket{le="+Inf"}'] == 1
