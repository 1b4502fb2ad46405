"""The worker that waits for news and forwards it in the moment: a shift of one process.

Hears the bell, waits until the window is over, drains, listens again. Of all processes one attends;
what it does not hear the next beat finds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import bell, forwarder, quick
from .forwarder import Tally
from .sending import Desk

SHIFT = 60.0  # seconds; then the task ends and rings for the next, so that every task is finite
TICK = 0.005  # rings for the same moment are one alarm
SWEEP = 0.02  # between two drains while what an earlier shift was rung for may fall due


@dataclass(slots=True)
class Shift:
    """What came of one: whether it was ours, whether it ran to its end, and what was sent."""

    ours: bool = False
    whole: bool = False
    total: Tally = field(default_factory=Tally)

    def __str__(self) -> str:
        """Give the line: attended 60.0 s: 12 cells, 9 reports."""
        if not self.ours:
            return "attend: somebody else does"
        return f"attended {self.total}"


@dataclass(slots=True)
class _Alarms:
    """The moments at which something is due, none twice."""

    ticks: set[int] = field(default_factory=set)

    def add(self, at: float) -> None:
        self.ticks.add(-int(-at // TICK))  # later rather than too early

    def next(self) -> float:
        return min(self.ticks) * TICK if self.ticks else float("inf")

    def due(self, now: float) -> bool:
        ringing = {tick for tick in self.ticks if tick * TICK <= now}
        self.ticks -= ringing
        return bool(ringing)


def attend(
    desk: Desk, longest: float = SHIFT, clock: Callable[[], float] = time.monotonic
) -> Shift:
    """Forward whatever is rung for, until the shift is over or the worker is told to end."""
    shift, began = Shift(), clock()
    with bell.attending() as shift.ours, quick.planned_once():
        if shift.ours:
            _forward(desk, shift)  # what was stored while nobody attended
            shift.whole = _listen(desk, shift, began + longest, clock)
    shift.total.seconds = clock() - began
    return shift


def _listen(desk: Desk, shift: Shift, ends: float, clock: Callable[[], float]) -> bool:
    alarms = _Alarms()
    # The shift before took its alarms along, and whoever rang as it ended was not heard.
    for step in range(round(desk.terms.window.total_seconds() / SWEEP) + 1):
        alarms.add(clock() + step * SWEEP)
    while (now := clock()) < ends:
        rings = bell.heard(min(alarms.next(), ends) - now)
        if rings is None:
            return False
        for delay in rings:
            if delay:
                alarms.add(clock() + delay)
        if alarms.due(clock()) or 0 in rings:
            _forward(desk, shift)
    return True


def _forward(desk: Desk, shift: Shift) -> None:
    once = forwarder.drain(desk)
    shift.total.requests += once.requests
    shift.total.cells += once.cells
    shift.total.outcomes += once.outcomes
