"""Reads what lists do not carry: factory information, and which devices hang behind a gateway.

The least valuable reads: a few a run, when nothing else waits.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from pages import live

from .events import clean
from .models import Device
from .project import Link
from .tuya.errors import Refused, TuyaError, Unavailable
from .tuya.wire import FactoryInfo

logger = logging.getLogger(__name__)

MOST_FACTORY = 200  # devices a run: ten calls
MOST_GATEWAYS = 10  # calls a run
AGAIN = timedelta(days=7)
# Categories that the vendor's category list (doc K9gf7o5prgf7s) gives to gateways and hubs.
GATEWAYS = ("wg", "wg2", "wgsxj", "wnykq", "zigbee", "zjqhub", "wfcon", "gateway")


def due(now: datetime) -> bool:
    """Whether anything is missing."""
    return _due(now).exists()


def read(cloud: Link, now: datetime) -> int:
    """Read some of what is missing; return how many devices became better known."""
    return _factory_infos(cloud, now) + _children(cloud)


def _factory_infos(cloud: Link, now: datetime) -> int:
    rows = _due(now).order_by("pk").values_list("device_id", "pk")[:MOST_FACTORY]
    wanted = dict(rows)
    if not wanted:
        return 0
    try:
        found = cloud.factory_infos(wanted)
    except (Unavailable, Refused) as error:
        if isinstance(error, Unavailable) or error.account:
            raise
        logger.warning("factory info refused", extra={"error": str(error)})
        found = {}
    return keep(found, list(wanted.values()), now)


def _due(now: datetime) -> QuerySet[Device]:
    unread = Q(factory_read_at=None) | Q(factory_read_at__lt=now - AGAIN)
    return Device.objects.present().not_retired().filter(unread)


def keep(found: dict[str, FactoryInfo], asked: Sequence[int], now: datetime) -> int:
    """Enter what the cloud said; who was asked for in vain is not asked again at once."""
    devices = list(Device.objects.filter(device_id__in=found))
    for device in devices:
        info = found[device.device_id]
        device.uuid = clean(info.uuid)[:64] or device.uuid
        device.sn = clean(info.sn)[:64] or device.sn
        device.mac = clean(info.mac)[:32] or device.mac
    with transaction.atomic():
        Device.objects.bulk_update(devices, ("uuid", "sn", "mac"), batch_size=200)
        Device.objects.filter(pk__in=asked).update(factory_read_at=now)
    return len(devices)


def _children(cloud: Link) -> int:
    """Ask gateways for their children where a list left open whose children they are."""
    read = Device.objects.present().not_retired()
    orphans = read.filter(sub=True, gateway_id="")
    known = Device.objects.filter(gateway_id=OuterRef("device_id"))
    gateways = read.filter(category__in=GATEWAYS).exclude(Exists(known))
    if not orphans.exists():
        return 0
    return sum(children_of(cloud, gateway) for gateway in gateways.order_by("pk")[:MOST_GATEWAYS])


def children_of(cloud: Link, gateway: Device) -> int:
    """Enter who hangs behind one gateway; its own trouble stops no other."""
    try:
        ids = [child.id for child in cloud.sub_devices(gateway.device_id)]
    except Unavailable:
        raise
    except TuyaError as error:
        logger.warning("sub-devices not read", extra={"error": str(error)})
        return 0
    return _adopt(gateway, ids)


def _adopt(gateway: Device, ids: Iterable[str]) -> int:
    with transaction.atomic():
        rows = Device.objects.filter(device_id__in=list(ids)).exclude(gateway_id=gateway.device_id)
        count = rows.update(gateway_id=gateway.device_id)
        if count:
            live.announce("devices", [gateway.device_id])
    return count
