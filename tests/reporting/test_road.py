"""The road's state in one word: it is healthy only when the last request went well."""

from datetime import UTC, datetime, timedelta

import pytest

from reporting import road
from reporting.models import Sink

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
