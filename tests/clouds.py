"""The fixture that stands for both clouds: the simulator, in process, with the settings on it."""

import pytest

import simulator

FAST = 10_000  # calls a second: tests do not wait for a quota unless they are about it


@pytest.fixture
def start_cloud(settings):
    """Start a simulated cloud and point the settings at it; ended with the test."""
    running = []

    def start(**options):
        context = simulator.running(**{"devices": 12, "seed": 1, "activity": 0.0, **options})
        sim = context.__enter__()
        running.append(context)
        settings.TUYA_CLIENT_ID = sim.client_id
        settings.TUYA_CLIENT_SECRET = sim.client_secret
        settings.TUYA_BASE_URL = sim.url
        settings.TUYA_DISCOVERY = "associated-users"
        settings.TUYA_LOG_EDITION = "free"
        settings.TUYA_QPS = FAST
        settings.USH_REPORT_URL = f"{sim.url}/v2/iot/status-report"
        settings.USH_QPS = FAST
        return sim

    yield start
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture
def cloud(start_cloud):
    """Return a small simulated cloud with the settings pointing at it."""
    return start_cloud()
