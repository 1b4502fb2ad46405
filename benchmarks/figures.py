"""What a benchmark says: one line, and whether it kept the limits that were set for it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """The measured figure and the worst that is allowed: a promise, or a goal not reached yet."""

    name: str
    measured: float
    worst: float
    least: bool = False  # whether the figure must be at least `worst`, not at most
    goal: bool = False  # still to be reached: missing it is said, but breaks no promise

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.measured >= self.worst if self.least else self.measured <= self.worst

    def __str__(self) -> str:
        """Give it as text."""
        sign = ">=" if self.least else "<="
        verdict = "kept" if self.kept else "MISSED, still a goal" if self.goal else "MISSED"
        return f"{self.name} {self.measured:.3g} ({sign} {self.worst:g}: {verdict})"


@dataclass(frozen=True, slots=True)
class Figures:
    """One benchmark's outcome."""

    line: str
    limits: tuple[Limit, ...] = ()

    def __str__(self) -> str:
        """Give it as one line."""
        return "; ".join([self.line, *map(str, self.limits)])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which the share lies; the nearest measured one."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ms(values: Sequence[float]) -> str:
    """Give p50/p99 of seconds in ms."""
    middle, late = statistics.median(values) * 1000, percentile(values, 0.99) * 1000
    return f"{middle:.1f}/{late:.1f} ms"
