"""Finds the device that a call is about, or refuses: strangers and the gone are not seen."""

from simulator.device import Device
from simulator.exchange import Request
from simulator.stage import Stage
from simulator.tuya.refusal import Refusal

LARGEST_BATCH = 20


def device(stage: Stage, device_id: str) -> Device:
    """Return a device of the account."""
    found = stage.world.devices.get(device_id)
    if found is None or found.gone == "reset":
        raise Refusal(1106)
    if found.gone == "removed":
        raise Refusal(2010)
    return found


def logged_device(stage: Stage, device_id: str) -> Device:
    """Return a device whose log may still be read, which may outlive its membership."""
    found = stage.world.devices.get(device_id)
    readable = {
        "reset": stage.options.logs_after_reset,
        "removed": stage.options.logs_after_remove,
    }
    if found is not None and found.gone is not None and readable[found.gone]:
        return found
    return device(stage, device_id)


def batch(stage: Stage, request: Request, largest: int = LARGEST_BATCH) -> list[Device]:
    """Return the devices of `device_ids`; one that may not be seen refuses the whole call."""
    ids = [one for one in request.arg("device_ids").split(",") if one]
    if not ids:
        raise Refusal(1100)
    if len(ids) > largest:
        raise Refusal(1101)
    found = [stage.world.devices.get(one) for one in ids]
    if any(one is None or one.gone is not None for one in found):
        raise Refusal(1106)
    return [one for one in found if one is not None]


def whole_number(request: Request, name: str, default: int) -> int:
    """Return a query value as a number; what is no number is refused."""
    written = request.arg(name)
    if not written:
        return default
    try:
        return int(written)
    except ValueError as exc:
        raise Refusal(1109) from exc
