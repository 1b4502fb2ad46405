"""What a first look at a whole fleet costs, by the size of the fleet, and the look after it.

The rival is the vendor's own SDK: one device after the other, each saved with its state as one
would write it with Django.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from tuya_connector import TuyaOpenAPI

from benchmarks import ground
from benchmarks.figures import Figures, Limit
from benchmarks.look import Cost
from devices.events import moment
from devices.models import Device, Product

LATENCIES = (0, 50)  # ms a call
SIZES, SIZES_FULL = (1_000, 10_000), (1_000, 10_000, 100_000)
SAMPLE = 200  # devices that the rival asks for
MIB = 2**20
TABLES = (
    "devices_device, devices_product, devices_project, devices_syncrun, devices_callcount,"
    " reporting_cell, reporting_unmapped"
)


@dataclass(frozen=True, slots=True)
class Looks:
    """A first look and the one after it, at one size and one latency."""

    latency: int
    first: Cost
    again: Cost

    def __str__(self) -> str:
        """Give the figures of one size."""
        first, again = self.first, self.again
        return (
            f"{first.devices} devices: {first.rate:,.0f}/s, {first.cpu_us:.0f} us CPU"
            f" (+ {first.server / first.devices * 1e6:.0f} PostgreSQL's),"
            f" {first.calls / first.devices:.4f} calls a device; unchanged {again.rate:,.0f}/s,"
            f" {again.cpu_us:.0f} us, {again.calls / again.devices:.4f} calls,"
            f" {again.written} rows written; peak {again.peak / MIB:.0f} MiB"
        )


def run(*, full: bool) -> Figures:
    """Look at fleets of growing size, without and with latency; let the rival do some of it."""
    sizes = SIZES_FULL if full else SIZES
    looks: list[Looks] = []
    single: dict[int, Cost] = {}
    for latency in LATENCIES:
        for size in sizes:
            with ground.simulator(devices=size, latency=f"{latency}ms", users=3) as url:
                looks.append(_look(latency, url))
                if size == sizes[0]:
                    single[latency] = _one_by_one(url)
    _forget()
    return Figures(_line(looks, single), _limits(looks, single))


def _look(latency: int, url: str) -> Looks:
    _forget()
    where = {"TUYA_BASE_URL": url, "USH_REPORT_URL": f"{url}/v2/iot/status-report"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.look"],
        env=os.environ | where,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Looks(latency, *(Cost(**cost) for cost in json.loads(done.stdout)))


def _forget() -> None:
    connection.cursor().execute(f"TRUNCATE {TABLES} CASCADE")


def _one_by_one(url: str) -> Cost:
    """Ask the SDK for one device after the other and save each."""
    ids = list(Device.objects.order_by("?").values_list("device_id", flat=True)[:SAMPLE])
    _forget()
    cloud = TuyaOpenAPI(url, settings.TUYA_CLIENT_ID, settings.TUYA_CLIENT_SECRET)
    cloud.connect()
    started, cpu = time.perf_counter(), time.process_time()
    for device_id in ids:
        _save(cloud.get(f"/v1.0/devices/{device_id}")["result"])
    took, used = time.perf_counter() - started, time.process_time() - cpu
    assert Device.objects.count() == len(ids), "the rival saved other devices than it asked for"
    return Cost(len(ids), took, used, 0, len(ids), len(ids), 0)


def _save(told: dict[str, Any]) -> None:
    now = timezone.now()
    product, _made = Product.objects.get_or_create(
        product_id=told["product_id"],
        defaults={"name": told["product_name"], "category": told["category"]},
    )
    same = ("name", "category", "online", "sub", "uuid", "ip", "time_zone", "owner_id", "uid")
    Device.objects.update_or_create(
        device_id=told["id"],
        defaults={name: told[name] for name in (*same, "icon", "model", "local_key")}
        | {
            "product": product,
            "active_at": moment(told["active_time"] * 1000),
            "created_at": moment(told["create_time"] * 1000),
            "updated_at": moment(told["update_time"] * 1000),
            "status": {one["code"]: one["value"] for one in told["status"]},
            "first_seen_at": now,
            "last_seen_at": now,
            "state_since": now,
        },
    )


def _line(looks: Sequence[Looks], single: dict[int, Cost]) -> str:
    parts = []
    for latency, one in single.items():
        here = [str(look) for look in looks if look.latency == latency]
        rival = f"the SDK one by one {one.rate:.1f}/s, {one.cpu_us:.0f} us, 1 call a device"
        parts.append(f"at {latency} ms a call: {'; '.join([*here, rival])}")
    at_once = ", ".join(
        f"{' / '.join(f'{times:.1f}' for times in _times(looks, one, latency))} x at {latency} ms"
        for latency, one in single.items()
    )
    return f"{'. '.join(parts)}. First look to the SDK, by size: {at_once}"


def _times(looks: Sequence[Looks], single: Cost, latency: int) -> list[float]:
    """Compare the first looks with the rival; at a small fleet its products weigh most."""
    return [look.first.rate / single.rate for look in looks if look.latency == latency]


def _limits(looks: Sequence[Looks], single: dict[int, Cost]) -> tuple[Limit, ...]:
    largest = looks[-1]
    return (
        Limit("times the SDK at 50 ms", min(_times(looks, single[50], 50)), 20, least=True),
        Limit("growth exponent of CPU a device", max(map(_growth, _series(looks))), 0.05),
        Limit("peak memory to that of 1,000", max(map(_swelling, _series(looks))), 1.3),
        # A product's specification is read once, however many devices it has.
        Limit("calls a device", largest.first.calls / largest.first.devices, 0.03),
        Limit("rows written without a change", sum(look.again.written for look in looks), 0),
    )


def _series(looks: Sequence[Looks]) -> list[list[list[Cost]]]:
    """Put first looks, and those after them, in rows of growing size, all latencies together."""
    sizes = sorted({look.first.devices for look in looks})
    by_size = [[look for look in looks if look.first.devices == size] for size in sizes]
    return [
        [[look.first for look in same] for same in by_size],
        [[look.again for look in same] for same in by_size],
    ]


def _growth(series: Sequence[Sequence[Cost]]) -> float:
    """Return the slope of CPU a device over the number of devices, both as logarithms."""
    points = [
        (math.log(costs[0].devices), math.log(statistics.mean(cost.cpu_us for cost in costs)))
        for costs in series
    ]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def _swelling(series: Sequence[Sequence[Cost]]) -> float:
    return max(cost.peak for cost in series[-1]) / min(cost.peak for cost in series[0])
