"""Calls that change a device: rename, remove, reset to factory state, command."""

from simulator.device import BY_CLOUD, BY_DEVICE, COMMAND, REMOVED_ON_PLATFORM, Device
from simulator.exchange import Request
from simulator.stage import Stage
from simulator.tuya import reach
from simulator.tuya.refusal import Refusal
from simulator.values import fits, log_text


def rename(stage: Stage, request: Request, device_id: str) -> object:
    """PUT /v1.0/devices/{id}: the name is taken as it comes, blanks and all."""
    device = reach.device(stage, device_id)
    body = request.json()
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str):
        raise Refusal(1109)
    if not name:
        raise Refusal(1100)
    stage.world.rename(device.id, name)
    return True


def remove(stage: Stage, _request: Request, device_id: str) -> object:
    """DELETE /v1.0/devices/{id}."""
    stage.world.remove(reach.device(stage, device_id).id, REMOVED_ON_PLATFORM)
    return True


def reset(stage: Stage, _request: Request, device_id: str) -> object:
    """PUT /v1.0/devices/{id}/reset-factory."""
    stage.world.reset(reach.device(stage, device_id).id, BY_CLOUD)
    return True


def command(stage: Stage, request: Request, device_id: str) -> object:
    """POST /v1.0/devices/{id}/commands: all of them, or none."""
    device = reach.device(stage, device_id)
    orders = _orders(request)
    if not device.online:
        raise Refusal(2001)
    for code, value in orders:
        _check(device, code, value)
    for code, value in orders:
        stage.world.log(device.id, COMMAND, BY_CLOUD, code=code, value=log_text(value))
        point = device.product.point(code)
        if point is not None and point.reported:
            stage.world.report(device.id, code, value, BY_DEVICE)
    return True


def _orders(request: Request) -> list[tuple[str, object]]:
    body = request.json()
    orders = body.get("commands") if isinstance(body, dict) else None
    if not isinstance(orders, list) or not orders:
        raise Refusal(1109)
    if not all(
        isinstance(one, dict) and isinstance(one.get("code"), str) and "value" in one
        for one in orders
    ):
        raise Refusal(1109)
    return [(one["code"], one["value"]) for one in orders]


def _check(device: Device, code: str, value: object) -> None:
    point = device.product.point(code)
    if point is None or not point.writable or not fits(point, value):
        raise Refusal(2008)
