"""A page of the device list: what each row shows, read for all rows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from devices import words
from devices.datapoints import Reading
from devices.models import Device, OperationItem
from devices.plans import OPEN
from devices.querysets import DeviceQuerySet
from devices.specified import specification
from devices.views import standing
from reporting.standings import Standing, standings

MOST_VALUES = 3


@dataclass(frozen=True)
class Row:
    """One device of the list."""

    device: Device
    state: str
    since: datetime | None
    category: str
    icon: str
    values: tuple[Reading, ...]
    ribbon: standing.Ribbon | None
    delivery: Standing | None
    operation: int | None


def listed(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Bring what a row shows; secrets and long texts stay in the database."""
    found = devices.select_related("coverage").prefetch_related("product")
    return found.defer("local_key", "listing_digest", "note", "stamps")


def rows(devices: Sequence[Device], now: datetime, language: str) -> list[Row]:
    """Return the rows of these devices: two queries, however many."""
    told = standings(device.device_id for device in devices)
    open_items = OperationItem.objects.filter(device__in=devices, outcome__in=OPEN)
    busy = dict(open_items.values_list("device_id", "operation_id"))
    return [
        Row(
            device=device,
            state=standing.state(device),
            since=standing.since(device),
            category=words.category_name(device.category, language),
            icon=words.category_icon(device.category),
            values=key_values(device, language),
            ribbon=standing.ribbon(device, now),
            delivery=told.get(device.device_id),
            operation=busy.get(device.pk),
        )
        for device in devices
    ]


def key_values(device: Device, language: str) -> tuple[Reading, ...]:
    """Return the two or three values that tell most about a device of its category."""
    spec = specification(device.product)
    telling = [code for code in words.key_codes(device.category) if code in device.status]
    # An unknown category, or a product that spells its codes its own way: the first plain values.
    plain = [
        code
        for code, value in device.status.items()
        if code not in telling and isinstance(value, bool | int | float)
    ]
    codes = (telling or plain[:2])[:MOST_VALUES]
    return tuple(spec.read(code, device.status[code], language) for code in codes)
