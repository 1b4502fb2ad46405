"""How laws are tried: on made-up cases, with no clock, for a busy machine breaks no law."""

from hypothesis import HealthCheck, given, settings

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def law(*cases):
    """Try a test on whatever the strategies make up."""
    return lambda test: unhurried(given(*cases)(test))
