"""Dice that fall the same way for the same seed. Must never make a secret of a real system."""

import random


def dice(*parts: object) -> random.Random:
    """Give each purpose dice of its own, so that one more throw here moves nothing there."""
    return random.Random(":".join(str(part) for part in parts))


def count_for(expected: float, source: random.Random) -> int:
    """Throw how many events happen when `expected` are to be expected (Poisson, by arrivals)."""
    count, reached = 0, source.expovariate(1.0)
    while reached < expected:
        count += 1
        reached += source.expovariate(1.0)
    return count
