"""How much of the allowed rate the reading of a backlog uses, and whether it ever takes more.

The cloud counts over any second and answers 1110 to one call too many; it takes 120 ms an answer,
so that one hand alone could use a small part only.
"""

import time

from django.test import override_settings
from django.utils import timezone

from benchmarks import ground
from benchmarks.figures import Figures, Limit
from devices import harvest, sync
from devices.models import CallCount, Device, SyncRun

RATE = 20
LATENCY = 0.12
REFUSED = ("1110", "1199")


def run(*, full: bool) -> Figures:
    """Sync a fleet without a quota, then read all its logs at RATE calls a second."""
    devices = 2_000 if full else 500
    options = {"devices": devices, "latency": f"{LATENCY * 1000:.0f}ms", "qps": RATE}
    with (
        ground.simulator(**options) as url,
        override_settings(TUYA_BASE_URL=url, TUYA_QPS=RATE, USH_ENABLED=False),
    ):
        sync.sync(timezone.now(), force=True)
        Device.objects.update(factory_read_at=timezone.now())
        CallCount.objects.all().delete()
        started = time.monotonic()
        read = harvest.harvest(timezone.now(), force=True)
        took = time.monotonic() - started
    used = (read.calls if read else 0) / took / RATE
    refused = CallCount.objects.filter(code__in=REFUSED).count()
    _clean()
    line = (
        f"{devices} devices' logs at {RATE} calls/s allowed, {LATENCY * 1000:.0f} ms an answer:"
        f" {used * 100:.1f} % of the rate used (one hand alone could use"
        f" {100 / (LATENCY * RATE):.0f} %)"
    )
    return Figures(
        line,
        (
            Limit("share of the rate", used, 0.95, least=True),
            Limit("calls refused as too many", refused, 0),
        ),
    )


def _clean() -> None:
    SyncRun.objects.all().delete()
    Device.objects.update(next_harvest_at=timezone.now(), harvested_at=None)
