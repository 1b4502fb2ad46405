"""What a first look at a whole fleet costs, at 30 ms a call: calls, CPU, time; and the next look.

The rival asks for one device after the other, as the vendor's own client would.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import ground
from benchmarks.figures import Figures, Limit
from devices import project, sync
from devices.models import Device, SyncRun

LATENCY = "30ms"
DEVICES, DEVICES_FULL = 10_000, 100_000
SAMPLE = 200  # devices that the rival asks for


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took, for so many devices."""

    seconds: float
    cpu: float
    calls: int
    devices: int

    @property
    def rate(self) -> float:
        """Devices a second."""
        return self.devices / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU of this process a device, in microseconds."""
        return self.cpu / self.devices * 1e6


def run(*, full: bool) -> Figures:
    """Look twice at the whole fleet, then ask one by one for some of it."""
    devices = DEVICES_FULL if full else DEVICES
    with ground.simulator(devices=devices, latency=LATENCY, users=3) as url:
        settings.TUYA_BASE_URL = url
        settings.USH_REPORT_URL = f"{url}/v2/iot/status-report"
        first, again = _look(devices), _look(devices)
        single = _one_by_one()
    connection.cursor().execute("TRUNCATE devices_device, reporting_cell CASCADE")
    line = (
        f"{devices} devices at {LATENCY} a call: first look {first.rate:,.0f} devices/s,"
        f" {first.cpu_us:.0f} us CPU a device; unchanged {again.rate:,.0f}/s,"
        f" {again.cpu_us:.0f} us, {again.calls / devices:.4f} calls a device; one by one"
        f" {single.rate:.1f}/s,"
        f" {single.cpu_us:.0f} us, {single.calls / single.devices:.2f} calls: first look"
        f" {first.rate / single.rate:.0f} x as fast"
    )
    return Figures(line, (Limit("calls a device", first.calls / devices, 0.03),))


def _look(devices: int) -> Cost:
    started, cpu = time.perf_counter(), time.process_time()
    done = sync.sync(timezone.now(), force=True)
    took, used = time.perf_counter() - started, time.process_time() - cpu
    assert done is not None, "another process is at it"
    assert (done.outcome, done.seen) == (SyncRun.Outcome.COMPLETE, devices), done.error
    return Cost(took, used, done.calls, done.seen)


def _one_by_one() -> Cost:
    ids = list(Device.objects.order_by("?").values_list("device_id", flat=True)[:SAMPLE])
    with project.connect() as cloud:
        cloud.device(ids[0])  # the connection is open already
        before = cloud.meter.total
        started, cpu = time.perf_counter(), time.process_time()
        for device_id in ids:
            cloud.device(device_id)
        took, used = time.perf_counter() - started, time.process_time() - cpu
        return Cost(took, used, cloud.meter.total - before, len(ids))
