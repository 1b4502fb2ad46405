"""A device with what every tab of its page shows around it, in one statement. Reads only.

Asked one by one, in Django's way, it was half of what such a page cost.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

from .models import Coverage, Device, Product
from .pairing import MARKS
from .plans import OPEN
from .querysets import REPORT

# The key is a secret, the digest the sync's own.
LEFT_OUT = frozenset({"local_key", "listing_digest"})
OLDER = ("device_id", "name", "state", "state_since")  # of the device that it continues
GATEWAY = ("id", "device_id", "name")
OWED = ("device_id", "since", "complete", "lost")
MADE = ("product_id", "name", "category", "items", "specified_at")
JSON = (("status", "stamps"), ("items",))  # of the first two tables

# Which devices may be the same hardware is asked for only where a mark is shared: few devices are.
ASKED = """
SELECT {mirror}, {made}, {owed}, {gateway},
    (SELECT before FROM devices_letgo WHERE event_id = %s),
    (
        SELECT max(operation_id) FROM devices_operationitem
        WHERE device_id = mirror.id AND outcome = ANY(%s)
    ),
    EXISTS (SELECT FROM devices_device WHERE gateway_id = mirror.device_id),
    EXISTS (SELECT FROM devices_device kin WHERE ({kin}) AND kin.id <> mirror.id)
FROM devices_device mirror
LEFT JOIN devices_product made ON made.product_id = mirror.product_id
LEFT JOIN devices_coverage owed ON owed.device_id = mirror.id
LEFT JOIN devices_device gateway
    ON gateway.device_id = mirror.gateway_id AND mirror.gateway_id <> ''
WHERE mirror.device_id = %s
"""
KIN = "kin.{mark} = mirror.{mark} AND kin.{mark} <> ''"


Row = TypeVar("Row", bound=models.Model)


class Portrait(NamedTuple):
    """One device, its product, ledger and predecessor at hand, and what is said above its tabs."""

    device: Device
    gateway: Device | None
    operation: int | None
    has_children: bool
    has_kin: bool


def of(device_id: str) -> Portrait | None:
    """Return it; None: Fleet knows no such device."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [REPORT, [str(one) for one in OPEN], device_id])
        row = cursor.fetchone()
    if row is None:
        return None
    *columns, before, operation, has_children, has_kin = row
    told, made, owed, gateway = _parts(columns)
    device = Device.from_db("default", list(told), list(told.values()))
    hold_books(device, list(owed.values()), before)
    kept = device._state.fields_cache  # noqa: SLF001  where Django's own select_related puts it
    kept["product"] = _known(Product, made)
    if device.predecessor_id:  # few have one, and each table more takes the planner's time
        kept["predecessor"] = Device.objects.only(*OLDER).get(pk=device.predecessor_id)
    return Portrait(device, _known(Device, gateway), operation, has_children, has_kin)


def hold_books(device: Device, owed: Sequence[Any], before: datetime | None) -> None:
    """Give a device the ledger that was read beside it, as `with_books` would; JSON comes as text.

    `owed` are the columns of OWED, all None without a ledger; `before`: what retention let go.
    """
    owner, since, complete, lost = owed
    kept = None
    if owner is not None:
        row = (owner, since, json.loads(complete), json.loads(lost))
        kept = Coverage.from_db("default", OWED, row)
    device._state.fields_cache["coverage"] = kept  # noqa: SLF001  as select_related does
    device.let_go_before = before


@cache
def _told() -> tuple[str, ...]:
    fields = Device._meta.concrete_fields  # noqa: SLF001  their names, in the order of the columns
    return tuple(one.attname for one in fields if one.attname not in LEFT_OUT)


@cache
def _statement() -> str:
    tables = {"mirror": _told(), "owed": OWED, "gateway": GATEWAY}
    listed = {one: ", ".join(f"{one}.{name}" for name in names) for one, names in tables.items()}
    made = ", ".join(f"made.{name}" for name in MADE)
    return ASKED.format(made=made, kin=" OR ".join(KIN.format(mark=one) for one in MARKS), **listed)


def _parts(columns: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the values of each table by their names; JSON comes as text, and is read here."""
    found, begin = [], 0
    for names in (_told(), MADE, OWED, GATEWAY):
        values = columns[begin : begin + len(names)]
        begin += len(names)
        found.append(dict(zip(names, values, strict=True)))
    for part, names in zip(found, JSON, strict=False):
        part |= {name: json.loads(part[name]) for name in names if part[name] is not None}
    return found


def _known(model: type[Row], values: dict[str, Any]) -> Row | None:
    """Return the object of a joined row; None where nothing was joined."""
    names = list(values)
    return None if values[names[0]] is None else model.from_db("default", names, [*values.values()])
