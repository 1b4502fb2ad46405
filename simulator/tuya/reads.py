"""Calls that read one device, or a batch of named ones."""

from simulator.exchange import Request
from simulator.stage import Stage
from simulator.tuya import reach, shapes

# What the old factory call takes in the field; the newer one documents 20.
FACTORY_BATCH = 50


def detail(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.0/devices/{id}."""
    return shapes.detail(reach.device(stage, device_id))


def status(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.0/devices/{id}/status."""
    return shapes.status(reach.device(stage, device_id))


def statuses(stage: Stage, request: Request) -> object:
    """GET /v1.0/iot-03/devices/status?device_ids=."""
    devices = reach.batch(stage, request)
    return [{"id": device.id, "status": shapes.status(device)} for device in devices]


def sub_devices(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.0/devices/{id}/sub-devices: empty where there are none."""
    gateway = reach.device(stage, device_id)
    return [shapes.child(device) for device in stage.world.children(gateway.id)]


def factory_infos(stage: Stage, request: Request) -> object:
    """GET /v1.0/devices/factory-infos?device_ids=."""
    return [shapes.factory(device) for device in reach.batch(stage, request, FACTORY_BATCH)]


def newer_factory_infos(stage: Stage, request: Request) -> object:
    """GET /v1.0/iot-03/devices/factory-infos?device_ids=."""
    return [shapes.factory(device) for device in reach.batch(stage, request)]


def specifications(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.0/devices/{id}/specifications."""
    return shapes.specification(reach.device(stage, device_id), dp_ids=False, names=False)


def specifications_with_ids(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.1/devices/{id}/specifications."""
    return shapes.specification(reach.device(stage, device_id), dp_ids=True, names=False)


def newer_specification(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.0/iot-03/devices/{id}/specification."""
    return shapes.specification(reach.device(stage, device_id), dp_ids=False, names=True)


def functions(stage: Stage, _request: Request, device_id: str) -> object:
    """GET /v1.0/devices/{id}/functions."""
    return shapes.functions(reach.device(stage, device_id))
