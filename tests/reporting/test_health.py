"""The road to USH in figures: the last day hour by hour, its delays, its failures by cause."""

import logging
from datetime import timedelta

import pytest

from reporting import forwarder, health, sinks
from reporting.models import Report

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def told(at, outcome="H", *, lag=None, meaning=""):
    return Report.objects.create(
        sink=sinks.ensure(),
        sent_at=at,
        took_ms=5,
        devices=1,
        cells=1,
        outcome=outcome,
        meaning=meaning,
        lag_ms=lag,
        request_body="{}",
    )


def test_the_strip_counts_each_hour_of_the_last_day_and_no_other(now):
    told(now)
    told(now, "F")
    told(now - 23 * HOUR, "K")
    told(now - 24 * HOUR)

    hours = health.strip(now)

    start = now.replace(minute=0, second=0, microsecond=0)
    seen = [(one.start, one.accepted, one.failed) for one in hours if one.all]
    assert len(hours) == 24
    assert seen == [(start - 23 * HOUR, 0, 1), (start, 1, 1)]


def test_delays_are_those_of_the_last_hour(office):
    now = office.clock.now
    for lag in range(1, 101):
        told(now - timedelta(minutes=1), lag=lag)
    told(now - 2 * HOUR, lag=90_000)

    found = health.measure(office.desk.terms, now)

    assert (found.lag_p50_ms, found.lag_p95_ms) == (50, 95)


def test_failures_are_grouped_by_cause_the_most_frequent_first(now):
    for outcome, meaning, times in (("F", "busy", 1), ("K", "no answer", 2), ("H", "fine", 3)):
        for minute in range(times):
            told(now - timedelta(minutes=minute), outcome, meaning=meaning)

    found = [(one.outcome, one.meaning, one.count) for one in health.causes(now)]

    assert found == [("K", "no answer", 2), ("F", "busy", 1)]


@pytest.mark.parametrize("trouble", [None, "ush_500", "ush_refuses", "ush_down"])
def test_no_line_is_logged_for_each_device_whatever_ush_answers(office, sim, caplog, trouble):
    office.switch(*[f"plug{number}" for number in range(120)])
    if trouble:
        sim.trouble(trouble)

    with caplog.at_level(logging.DEBUG, logger="reporting"):
        forwarder.drain(office.desk)

    assert len(sim.ush.requests) >= 1 or trouble == "ush_down"
    assert len([one for one in caplog.records if one.name.startswith("reporting")]) <= 5
