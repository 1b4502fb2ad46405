"""The pace of calls: however late its callers are, no second has more of them than are allowed."""

import heapq
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import pace, project
from devices.models import Project
from tests.devices.views.scene import NOON

QPS = (0.5, 2.5, 10)
LATE = st.sampled_from((0, 0, 0.003, 0.02, 0.2))
# Of each call: seconds since the one before was wanted, how late its caller wakes at its turn, and
# how long after its claim it leaves.
CALLS = st.lists(
    st.tuples(st.sampled_from((0, 0, 0.01, 0.3)), LATE, LATE), min_size=12, max_size=24
)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


class World:
    """Callers that ask, sleep, wake late and leave late, all in the order of time."""

    def __init__(self, qps, calls):
        Project.objects.update(call_times=[], next_call_at=None)
        self.places = pace.Places(project.current().pk, pace.rule_for(qps))
        self.lates, self.left, self.events = calls, [], []
        wanted = 0.0
        for number, (since, _wakes, _leaves) in enumerate(calls):
            wanted += since
            self.events.append((wanted, number, "turn", None))

    def run(self):
        heapq.heapify(self.events)
        while self.events:
            now, number, what, mine = heapq.heappop(self.events)
            getattr(self, what)(now, number, mine)
        return sorted(self.left)

    def later(self, moment, number, what, mine=None):
        heapq.heappush(self.events, (moment, number, what, mine))

    def turn(self, now, number, _mine):
        self.later(now + self.places.turn(at(now)) + self.lates[number][1], number, "claim")

    def claim(self, now, number, _mine):
        mine = self.places.claim(at(now))
        if mine:
            self.later(now + self.lates[number][2], number, "leave", mine)
        else:
            self.later(now + self.places.room(at(now)), number, "claim")

    def leave(self, now, number, mine):
        self.left.append(now)
        if self.lates[number][2] > pace.LATE_S:
            self.places.correct(mine, at(now))


@pytest.mark.django_db
@pytest.mark.parametrize("qps", QPS)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=CALLS)
def test_no_second_has_more_calls_than_are_allowed(qps, calls):
    left = World(qps, calls).run()

    # the first of so many may take longer to arrive than the last by the rest of the slack
    allowed = max(1, int(qps))
    apart = max(1, allowed / qps) + pace.SLACK_S - pace.LATE_S
    pairs = zip(left, left[allowed:], strict=False)
    assert [one for one in pairs if one[1] - one[0] < apart - 1e-4] == []
    assert len(left) == len(calls)


@pytest.mark.django_db
def test_what_late_ones_lose_is_won_back():
    """Each third caller wakes 40 ms late: in even distances that would cost a place each time."""
    calls = [(0, 0.04 if number % 3 == 0 else 0, 0.002) for number in range(60)]
    rule = pace.rule_for(20)

    left = World(20, calls).run()

    assert left[-1] - left[0] < 60 / 20 * 1.06
    assert (rule.most, round(rule.span, 3)) == (20, 1.04)


@pytest.mark.parametrize("qps", [*QPS, 1, 64, 65, 999.5, 10_000])
def test_the_parts_of_a_second_hold_together_no_more_than_the_second(qps):
    rule = pace.rule_for(qps)
    calls = max(1, int(qps))
    whole = max(1, calls / qps) + pace.SLACK_S

    parts = round(whole / rule.span)

    assert rule.most <= pace.MOST_KEPT
    assert rule.most * parts <= calls
    assert rule.span * parts == pytest.approx(whole)
    assert rule.most / rule.span >= 0.94 * min(calls, qps)
