"""The pace of calls to the device cloud, one over all processes: never more than TUYA_QPS a second.

The moments of the last calls stand in the project's row, by PostgreSQL's clock. Whoever wants to
call waits for its turn and takes the place of a call that is long enough ago.
"""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection

# The cloud counts when calls arrive. A call that leaves so much later than its row says corrects
# the row; by the rest of the slack one call may take longer to arrive than another.
LATE_S = 0.005
SLACK_S = 0.04
STALLED_S = 0.3  # between the row and the call: then the place is given up for another
MOST_KEPT = 64  # moments in the row, which every call writes
# Of the even distance between two turns: a little less, so that time that was lost is won back.
CATCH_UP = 0.9
SHORTEST_S = 0.001  # sleep of who finds no place free at its turn


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `most` calls in any half-open stretch of `span` seconds; turns are `gap` apart."""

    most: int
    span: float
    gap: float


def rule_for(qps: float) -> Rule:
    """Return the rule that keeps to so many calls in any second.

    Many a second are kept as fewer in equal parts of it: as many parts as cover it whole.
    """
    calls = max(1, int(qps))
    parts = math.ceil(calls / MOST_KEPT)
    most = calls // parts
    span = (max(1.0, calls / qps) + SLACK_S) / parts
    return Rule(most, span, CATCH_UP * span / most)


TURN = """
UPDATE devices_project SET next_call_at = greatest(
    coalesce(%(now)s::timestamptz, clock_timestamp()),
    next_call_at + make_interval(secs => %(gap)s)
)
WHERE id = %(project)s
RETURNING next_call_at - coalesce(%(now)s::timestamptz, clock_timestamp())
"""
CLAIM = """
UPDATE devices_project SET call_times =
    call_times[greatest(1, cardinality(call_times) - %(most)s + 2):] || greatest(
        coalesce(%(now)s::timestamptz, clock_timestamp()), call_times[cardinality(call_times)]
    )
WHERE id = %(project)s AND coalesce(
    call_times[cardinality(call_times) - %(most)s + 1] + make_interval(secs => %(span)s)
        <= coalesce(%(now)s::timestamptz, clock_timestamp()),
    true
)
RETURNING call_times[cardinality(call_times)]
"""
ROOM = """
SELECT call_times[cardinality(call_times) - %(most)s + 1] + make_interval(secs => %(span)s)
    - coalesce(%(now)s::timestamptz, clock_timestamp())
FROM devices_project WHERE id = %(project)s
"""
CORRECT = """
UPDATE devices_project SET call_times = (
    SELECT array_agg(one ORDER BY one) FROM unnest(
        call_times[:array_position(call_times, %(mine)s::timestamptz) - 1]
        || call_times[array_position(call_times, %(mine)s::timestamptz) + 1:]
        || greatest(%(mine)s, coalesce(%(now)s::timestamptz, clock_timestamp()))
    ) AS one
)
WHERE id = %(project)s AND %(mine)s = ANY(call_times)
RETURNING true
"""


class Places:
    """The row of a project, asked by one rule; `now` is for those who test what time does."""

    def __init__(self, project_id: int, rule: Rule) -> None:
        self._given = {
            "project": project_id,
            "most": rule.most,
            "span": rule.span,
            "gap": rule.gap,
        }

    def turn(self, now: datetime | None = None) -> float:
        """Stand in line behind all others; return in how many seconds it is one's turn."""
        wait: timedelta = self._ask(TURN, now)
        return wait.total_seconds()

    def claim(self, now: datetime | None = None) -> datetime | None:
        """Take a place at this moment; None: there is none."""
        place: datetime | None = self._ask(CLAIM, now)
        return place

    def room(self, now: datetime | None = None) -> float:
        """Return in how many seconds the next place is free."""
        wait: timedelta | None = self._ask(ROOM, now)
        return wait.total_seconds() if wait else 0.0

    def correct(self, mine: datetime, now: datetime | None = None) -> None:
        """Say that a call left at this moment, later than its place.

        A place is claimed for the present only, so nobody can have counted on the older moment
        before a whole span was over.
        """
        self._ask(CORRECT, now, mine)

    def _ask(self, sql: str, now: datetime | None, mine: datetime | None = None) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._given | {"now": now, "mine": mine})
            found = cursor.fetchone()
        return found and found[0]


class RowPace:
    """The pace of `devices.tuya.limits.Pace`, shared by all processes through the project's row."""

    def __init__(self, project_id: int, qps: float) -> None:
        self._places = Places(project_id, rule_for(qps))

    def wait(self, kind: str) -> Callable[[], None]:
        """Sleep until the call may be made; reads and writes share one quota."""
        del kind
        time.sleep(max(0.0, self._places.turn()))
        while True:
            asked = time.monotonic()
            mine = self._places.claim()
            if mine is None:
                time.sleep(max(SHORTEST_S, self._places.room()))
            elif time.monotonic() - asked < STALLED_S:
                return lambda: self._left(mine, asked)

    def _left(self, mine: datetime, asked: float) -> None:
        if time.monotonic() - asked > LATE_S:
            # A call is on its way: whatever the database says to this must not disturb it.
            with suppress(Error):
                self._places.correct(mine)
