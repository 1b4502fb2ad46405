"""Reads what a product's data points are: once a product, not once a device."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from reporting import outbox

from . import intake, retyping
from .events import clean
from .models import Device, Product
from .project import Link
from .tuya.errors import Refused, TuyaError, Unintelligible
from .tuya.wire import Specification, SpecItem

logger = logging.getLogger(__name__)

AGAIN = timedelta(hours=6)  # after a product's specification could not be read
MOST = 200  # products a run: a look at the devices must not wait long for descriptions


def read_missing(cloud: Link, now: datetime) -> int:
    """Read missing specifications, a bounded number; one broken product stops no other."""
    unread = Product.objects.filter(
        Q(specification_tried_at=None) | Q(specification_tried_at__lt=now - AGAIN),
        specified_at=None,
    )
    count = 0
    for product in unread.order_by("pk")[:MOST]:
        device = product.devices.filter(state=Device.State.PRESENT).first()
        if device is not None:
            count += _read(cloud, product, device, now)
    return count


def _read(cloud: Link, product: Product, device: Device, now: datetime) -> int:
    try:
        found = cloud.specification(device.device_id)
    except (Refused, Unintelligible) as error:
        if isinstance(error, Refused) and error.account:
            raise
        _note_problem(product, error, now)
        return 0
    _keep(product, found, now)
    return 1


def _note_problem(product: Product, error: TuyaError, now: datetime) -> None:
    logger.warning("specification not read", extra={"product": product.pk, "error": str(error)})
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(
            specification_tried_at=now, specification_problem=str(error)
        )
        _tell(product, now)


def _keep(product: Product, found: Specification, now: datetime) -> None:
    """Keep it, and tell USH's side anew: only now can it tell 22.3 from 223."""
    items = merged(found)
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(
            items=items,
            category=clean(found.category)[:32] or product.category,
            specified_at=now,
            specification_tried_at=now,
            specification_problem="",
        )
        retyping.retype(list(product.devices.values_list("pk", flat=True)), items)
        _tell(product, now)


def _tell(product: Product, now: datetime) -> None:
    """What its devices mean can be told to USH's side from now on."""
    devices = product.devices.exclude(state=Device.State.REMOVED).select_related("product")
    outbox.take([intake.letter(device) for device in devices], now)


def merged(found: Specification) -> list[dict[str, Any]]:
    """Return one item a code: what is reported, what can be commanded, or both."""
    writable = {item.code for item in found.functions}
    items: dict[str, dict[str, Any]] = {}
    for item in (*found.functions, *found.status):
        access = "rw" if item.code in writable else "ro"
        items[item.code] = _item(item, access)
    return [items[code] for code in sorted(items)]


def _item(item: SpecItem, access: str) -> dict[str, Any]:
    shown = {
        "code": item.code,
        "type": item.type,
        "values": _values(item.values),
        "name": item.name,
        "desc": item.desc,
        "dp_id": item.dp_id,
        "access": access,
    }
    return {key: clean(value) for key, value in shown.items()}


def _values(text: str) -> Mapping[str, Any]:
    """The vendor sends the limits as JSON inside a string; nonsense means: none known."""
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
