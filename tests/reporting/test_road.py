"""The road's state in one word, and how fast it is used again after it was closed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting import forwarder, health, pace, road, sinks
from reporting.models import Sink
from reporting.outcomes import Outcome, Verdict
from reporting.terms import Terms
from reporting.ush.wire import Format

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "next_try_at", "state"),
    [
        (0, None, "healthy"),
        (2, NOW + timedelta(seconds=3), "waiting"),
        (2, NOW - timedelta(seconds=1), "waiting"),  # the wait is over, nothing went well yet
        (road.FAILURES_TO_OPEN, NOW - timedelta(seconds=1), "broken"),
        (0, NOW - timedelta(seconds=1), "healthy"),  # a Retry-After that is over
    ],
)
def test_a_road_that_failed_is_not_healthy_until_a_request_went_well(failures, next_try_at, state):
    assert road.state(Sink(failures=failures, next_try_at=next_try_at), NOW) == state


def noted(sink, outcome, qps=10.0):
    """Let one answer count; give the rate in requests a second."""
    terms = Terms("", Format.DEVICES, "", (), 50, qps, timedelta(0), enabled=True)
    road.note(sink, Verdict(outcome, ""), terms, NOW, Random(1))
    return sink.pace


@pytest.mark.parametrize(
    "closed", [{"failures": road.FAILURES_TO_OPEN}, {"parked_reason": "404"}], ids=str
)
def test_a_road_that_opens_begins_at_one_a_second_and_doubles_up_to_the_limit(closed):
    sink = Sink(**closed)

    paces = [noted(sink, Outcome.ACCEPTED) for _ in range(6)]

    assert paces == [1.0, 2.0, 4.0, 8.0, None, None]  # None is the full rate
    assert sink.rising is False


def test_a_road_that_never_closed_keeps_its_rate_and_a_throttled_one_gets_it_back_by_tenths():
    calm, slowed = Sink(), Sink()

    paces = [noted(slowed, Outcome.THROTTLED), *(noted(slowed, Outcome.ACCEPTED) for _ in range(5))]

    assert noted(calm, Outcome.ACCEPTED) is None
    assert paces == [5.0, 6.0, 7.0, 8.0, 9.0, None]


def test_a_throttled_answer_ends_the_doubling():
    sink = Sink(failures=road.FAILURES_TO_OPEN)
    for _ in range(4):
        noted(sink, Outcome.ACCEPTED)

    paces = [noted(sink, Outcome.THROTTLED), noted(sink, Outcome.ACCEPTED)]

    assert (paces, sink.rising) == ([4.0, 5.0], False)


@settings(deadline=None, max_examples=50)
@given(
    qps=st.floats(0.1, 1000),
    answers=st.lists(
        st.sampled_from([Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.THROTTLED, Outcome.TROUBLE])
    ),
)
def test_whatever_is_answered_the_rate_stays_within_its_bounds_and_comes_back(qps, answers):
    sink = Sink()

    paces = [noted(sink, outcome, qps) for outcome in answers]
    for _ in range(30):
        noted(sink, Outcome.ACCEPTED, qps)

    assert all(one is None or min(pace.SLOWEST, qps) <= one < max(qps, 0.2) for one in paces)
    assert (sink.pace, sink.rising) == (None, False)


@pytest.mark.parametrize(
    ("requests", "pace_now", "rising", "seconds"),
    [(0, None, False, 0), (20, None, False, 2), (3, 1.0, True, 1.75), (24, 1.0, True, 3.875)],
)
def test_the_forecast_knows_that_the_rate_rises(requests, pace_now, rising, seconds):
    found = pace.duration(requests, pace_now, 10.0, rising=rising)

    assert found.total_seconds() == pytest.approx(seconds)


@pytest.mark.django_db
def test_after_an_outage_the_requests_come_faster_and_faster(sim, make_office, clock):
    office = make_office(max_devices=1, qps=8.0)
    sinks.ensure()
    Sink.objects.update(
        target=office.desk.terms.target, failures=road.FAILURES_TO_OPEN, outage_since=clock.now
    )
    office.switch(*[f"plug{n}" for n in range(8)])
    times = []
    real = office.desk.ush.post

    def timed(body):
        times.append(clock.now)
        return real(body)

    office.desk.ush.post = timed
    forwarder.forward_due(office.desk)
    rising = health.measure(office.desk.terms, clock.now)
    forwarder.drain(office.desk)

    gaps = [round((after - before).total_seconds(), 3) for before, after in pairwise(times)]
    assert (rising.limit, rising.rising, rising.waiting) == (1.0, 8.0, 7)
    assert gaps == [0.125, 1.0, 0.5, 0.25, 0.125, 0.125, 0.125]
    assert health.measure(office.desk.terms, clock.now).rising is None
