"""Reads what a product's data points are: once a product, not once a device."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from reporting import outbox

from . import hands, intake, retyping
from .catalogue import Catalogue, meaning_of
from .events import clean
from .models import Device, Product
from .project import Link
from .tuya.errors import Refused, TuyaError, Unintelligible
from .tuya.wire import Device as Reported
from .tuya.wire import Specification, SpecItem

logger = logging.getLogger(__name__)

AGAIN = timedelta(hours=6)  # after a product's specification could not be read
MOST = 200  # products a run: a look at the devices must not wait long for descriptions


class Reader:
    """Reads the specifications that are missing, a bounded number a run."""

    def __init__(self, cloud: Link, catalogue: Catalogue, now: datetime) -> None:
        self._cloud, self._catalogue, self._now = cloud, catalogue, now
        self._left, self._prompt, self._lock = MOST, True, Lock()

    def meet(self, reports: Sequence[Reported]) -> None:
        """Read what new products mean before their first devices are stored: they are told at once.

        What stands in the way of it is left to `read_missing`: the devices are stored anyway.
        """
        with self._lock:  # of two pages with the same new product one reads, the other waits
            self._catalogue.meet(reports)
            wanted = self._catalogue.undescribed(reports)
            if wanted and self._prompt and self._left:
                self._try(wanted)

    def _try(self, wanted: Mapping[str, str]) -> None:
        untried = Product.objects.filter(pk__in=wanted, specification_tried_at=None)
        try:
            self._read([(product, wanted[product.pk]) for product in untried.order_by("pk")])
        except TuyaError as error:
            logger.warning("specifications not read yet", extra={"error": str(error)})
            self._prompt = False

    def read_missing(self) -> None:
        """Read those of products whose devices are known; one broken product stops no other."""
        unread = Product.objects.filter(
            Q(specification_tried_at=None) | Q(specification_tried_at__lt=self._now - AGAIN),
            specified_at=None,
        )
        present = Device.objects.present().not_retired().filter(product=OuterRef("pk"))
        known = unread.annotate(device_id=Subquery(present.values("device_id")[:1]))
        found = known.filter(device_id__isnull=False).order_by("pk")
        self._read([(product, product.device_id) for product in found[: self._left]])

    def _read(self, wanted: Sequence[tuple[Product, str]]) -> None:
        some = wanted[: self._left]
        self._left -= len(some)
        hands.share(some, self._read_one, hands.enough(settings.TUYA_QPS, len(some)))

    def _read_one(self, wanted: tuple[Product, str]) -> None:
        product, device_id = wanted
        try:
            found = self._cloud.specification(device_id)
        except (Refused, Unintelligible) as error:
            if isinstance(error, Refused) and error.account:
                raise
            _note_problem(product, error, self._now)
        else:
            _keep(product, found, self._now)


def _note_problem(product: Product, error: TuyaError, now: datetime) -> None:
    logger.warning("specification not read", extra={"product": product.pk, "error": str(error)})
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(
            specification_tried_at=now, specification_problem=str(error)
        )
        _hold(product)
        for devices in _by_parts(product):
            _tell(devices, product.items, now)


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
        _hold(product)
        for devices in _by_parts(product):
            retyping.retype([device["pk"] for device in devices], items)
            _tell(devices, items, now)


PART = 500  # devices in memory at once: a product may have all of them


def _hold(product: Product) -> None:
    """Hold its devices, in key order as everybody does, until what they mean has been told.

    One that is retired or removed meanwhile is told of by nobody.
    """
    for _key in product.devices.order_by("pk").select_for_update().values_list("pk").iterator():
        pass


def _by_parts(product: Product) -> Iterator[list[dict[str, Any]]]:
    """Give a product's devices in the order of their ids, which is that of their cells.

    Of two writers the second waits for the first; in another order they would deadlock.
    """
    rows = product.devices.order_by("device_id").values("pk", "state", "retired_at", *intake.SAID)
    part = list(rows[:PART])
    while part:
        yield part
        part = list(rows.filter(device_id__gt=part[-1]["device_id"])[:PART])


def _tell(devices: list[dict[str, Any]], items: list[dict[str, Any]], now: datetime) -> None:
    """What devices mean can be told to USH's side from now on."""
    meaning = meaning_of(items)
    told = [
        one for one in devices if one["state"] != Device.State.REMOVED and not one["retired_at"]
    ]
    outbox.take([intake.written(device, meaning) for device in told], now)


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
