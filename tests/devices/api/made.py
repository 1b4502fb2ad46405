"""Rows for tests of REST, made by one line each."""

import itertools
import json
from datetime import UTC, datetime, timedelta

from devices.events import millis
from devices.models import (
    Code,
    Coverage,
    Device,
    LogEntry,
    Operation,
    OperationItem,
    Product,
    Provenance,
    StoredEntry,
)

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
numbers = itertools.count(1)

PLUG = [
    {"code": "switch_1", "type": "Boolean", "values": {}},
    {
        "code": "cur_power",
        "type": "Integer",
        "values": {"unit": "W", "min": 0, "max": 50000, "scale": 1, "step": 1},
    },
]


def product(product_id="plug-product", items=None, category="cz"):
    return Product.objects.get_or_create(
        product_id=product_id,
        defaults={
            "name": "Smart plug",
            "category": category,
            "items": PLUG if items is None else items,
            "specified_at": START,
        },
    )[0]


def device(device_id=None, **given):
    fields = {
        "name": f"Plug {next(numbers):04d}",
        "category": "cz",
        "product": product(),
        "online": True,
        "first_seen_at": START,
        "last_seen_at": START,
        "state_since": START,
        "status": {"switch_1": True},
        "local_key": "never-to-be-shown",
    }
    return Device.objects.create(device_id=device_id or f"dev{next(numbers):05d}", **fields | given)


def log(of, minutes=0, **given):
    """One row as it lies on disk: each at a place of its own, whatever it says."""
    at = given.pop("event_time", START + timedelta(minutes=minutes))
    place = at + timedelta(microseconds=next(numbers) % 1000)
    lag = given.pop("received_at", at + timedelta(seconds=3)) - at
    code = Code.objects.get_or_create(
        code=given.pop("code", "switch_1"), defaults={"number": next(numbers)}
    )[0]
    value, more = given.pop("value", True), {}
    if "not_before" in given:
        more["not_before"] = millis(given.pop("not_before"))
    if "raw" in given:
        more["raw"] = given.pop("raw")
    StoredEntry.objects.create(
        device_id=of.pk,
        event_time=place,
        lag=lag // timedelta(milliseconds=1),
        code=code.number,
        said="\n".join(json.dumps(part) for part in (value, more) if part not in (None, {})),
        **{"event_id": 7, "source_id": 1, "provenance": Provenance.LOG} | given,
    )
    return LogEntry.objects.get(device=of, place=place)


def coverage(of, **given):
    return Coverage.objects.create(device=of, **{"since": START} | given)


def operation(by, devices=(), kind="rename", state="running", **given):
    made = Operation.objects.create(
        kind=kind,
        state=state,
        plan_hash="f" * 64,
        requested_by=by,
        requested_by_name=by.username,
        created_at=START,
        starts_at=START,
        **given,
    )
    OperationItem.objects.bulk_create(
        OperationItem(
            operation=made,
            position=position,
            device=one,
            device_key=one.device_id,
            device_name=one.name,
            new_name="New",
        )
        for position, one in enumerate(devices)
    )
    return made
