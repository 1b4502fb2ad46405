"""How the device cloud writes a device, in each of its dialects. Shapes only, no decisions.

Field names and types: the vendor's "device management" page and samples of it.
"""

import json

from simulator.device import Device
from simulator.product import DataPoint


def status(device: Device) -> list[dict[str, object]]:
    """Write the state: a list, values in their native types, no times."""
    return [{"code": code, "value": value} for code, value in device.status.items()]


def detail(device: Device) -> dict[str, object]:
    """Write a device in full, with its state; times are in seconds."""
    shape: dict[str, object] = {
        "active_time": device.active_s,
        "biz_type": 18,
        "category": device.product.category,
        "create_time": device.created_s,
        "icon": f"smart/icon/{device.product.pid}.png",
        "id": device.id,
        "ip": device.ip,
        "lat": "31.2304",
        "local_key": device.local_key,
        "lon": "121.4737",
        "model": "",
        "name": device.name,
        "online": device.online,
        "owner_id": device.home,
        "product_id": device.product.pid,
        "product_name": device.product.english or device.product.name,
        "status": status(device),
        "sub": device.sub,
        "time_zone": device.time_zone,
        "uid": device.uid,
        "update_time": device.updated_s,
        "uuid": device.uuid,
    }
    if device.gateway is not None:
        shape |= {"gateway_id": device.gateway, "node_id": device.node_id}
    return shape


def child(device: Device) -> dict[str, object]:
    """Write a device below its gateway: short, without state and key."""
    return {
        "active_time": device.active_s,
        "category": device.product.category,
        "id": device.id,
        "name": device.name,
        "online": device.online,
        "owner_id": device.home,
        "product_id": device.product.pid,
        "update_time": device.updated_s,
    }


def thing(device: Device) -> dict[str, object]:
    """Write a device in camel case, as the second generation lists it: without state."""
    return {
        "activeTime": device.active_s,
        "bindSpaceId": device.home,
        "category": device.product.category,
        "createTime": device.created_s,
        "customName": device.name,
        "icon": f"smart/icon/{device.product.pid}.png",
        "id": device.id,
        "ip": device.ip,
        "isOnline": device.online,
        "lat": "31.2304",
        "localKey": device.local_key,
        "lon": "121.4737",
        "model": "",
        "name": device.product.english or device.product.name,
        "productId": device.product.pid,
        "productName": device.product.english or device.product.name,
        "sub": device.sub,
        "timeZone": device.time_zone,
        "updateTime": device.updated_s,
        "uuid": device.uuid,
    }


def factory(device: Device) -> dict[str, object]:
    """Write serial facts; sn and mac are missing where the factory wrote none."""
    shape: dict[str, object] = {"id": device.id, "uuid": device.uuid}
    if device.mac is not None:
        shape["mac"] = device.mac
    if device.sn is not None:
        shape["sn"] = device.sn
    return shape


def specification(device: Device, *, dp_ids: bool, names: bool) -> dict[str, object]:
    """Write what a product can do; `values` is JSON in a string; an empty list has no key."""
    points = device.product.points
    shape: dict[str, object] = {"category": device.product.category}
    parts = {
        "functions": [point for point in points if point.writable],
        "status": [point for point in points if point.reported],
    }
    for key, members in parts.items():
        if members:
            shape[key] = [_point(point, dp_ids=dp_ids, names=names) for point in members]
    return shape


def functions(device: Device) -> dict[str, object]:
    """Write only what may be commanded."""
    points = [point for point in device.product.points if point.writable]
    rows = [_point(point, dp_ids=False, names=True) for point in points]
    return {"category": device.product.category, "functions": rows}


def _point(point: DataPoint, *, dp_ids: bool, names: bool) -> dict[str, object]:
    shape: dict[str, object] = {
        "code": point.code,
        "type": point.kind,
        "values": point.specification(),
    }
    if dp_ids:
        shape["dp_id"] = point.dp_id
    if names:
        description = {"dpName": point.name} if point.name else {}
        shape |= {"name": point.name, "desc": json.dumps(description, ensure_ascii=False)}
    return shape
