"""Before a device is wiped or removed: read its log once more and write down what it was."""

import logging
from datetime import datetime

from . import harvest, notices
from .models import OperationItem
from .project import Link
from .tuya.errors import Refused, TuyaError, Unavailable

logger = logging.getLogger(__name__)


def prepare(cloud: Link, item: OperationItem, now: datetime) -> None:
    """Harvest and snapshot. What cannot be read is said in the snapshot; it stops nothing.

    Raises `Unavailable` and account-wide `Refused`: then nothing is sent, and the device waits.
    """
    item.snapshot = {
        "taken_at": now.isoformat(),
        "name": item.device.name,
        "online": item.device.online,
        "status": item.device.status,
        "log": _read_log(cloud, item, now),
        "factory": _factory(cloud, item),
        "sub_devices": [
            {"device_id": one.device_id, "name": one.name}
            for one in notices.sub_devices([item.device_key]).get(item.device_key, [])
        ],
    }
    OperationItem.objects.filter(pk=item.pk).update(snapshot=item.snapshot)


def _read_log(cloud: Link, item: OperationItem, now: datetime) -> str:
    try:
        rows = harvest.read(cloud, item.device, now)
    except TuyaError as error:
        _raise_if_passing(error)
        logger.warning("last log not read", extra={"device": item.device_key, "error": str(error)})
        return f"not read: {error}"
    return f"read, {rows} new rows"


def _factory(cloud: Link, item: OperationItem) -> dict[str, str]:
    device = item.device
    known = {"uuid": device.uuid, "sn": device.sn, "mac": device.mac}
    try:
        info = cloud.factory_infos([item.device_key]).get(item.device_key)
    except TuyaError as error:
        _raise_if_passing(error)
        return known | {"problem": str(error)}
    if info is None:
        return known
    return {"uuid": info.uuid or known["uuid"], "sn": info.sn, "mac": info.mac}


def _raise_if_passing(error: TuyaError) -> None:
    """Trouble that goes by is waited out; a refusal of this device is not."""
    if isinstance(error, Unavailable) or (isinstance(error, Refused) and error.account):
        raise error
