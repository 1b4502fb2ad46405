"""Calls that list devices, each with its own way of turning pages."""

from bisect import bisect_right

from simulator.device import Device
from simulator.exchange import Request
from simulator.stage import Stage
from simulator.tuya import cursor, reach, shapes
from simulator.tuya.refusal import Refusal

LARGEST_PAGE = 100
# The second generation takes no larger page and refuses one that asks.
LARGEST_THING_PAGE = 20
DEFAULT_PAGE = 20


def associated_users(stage: Stage, request: Request) -> object:
    """GET /v1.0/iot-01/associated-users/devices?size=&last_row_key=."""
    devices = _updated_between(stage.world.present(), request)
    size = min(LARGEST_PAGE, max(1, reach.whole_number(request, "size", DEFAULT_PAGE)))
    after = cursor.read(request.arg("last_row_key"))
    if after >= 0 and stage.board.take(["page_repeats"], request):
        after = -1
    page, more = _page(devices, after, size)
    answer: dict[str, object] = {
        "devices": [shapes.detail(device) for device in _distorted(stage, request, page)],
        "has_more": more,
        "last_row_key": cursor.write(page[-1].ordinal) if page else "",
        "total": len(devices),
    }
    if stage.board.take(["has_more_missing"], request):
        del answer["has_more"]
    return answer


def of_user(stage: Stage, request: Request, uid: str) -> object:
    """GET /v1.0/users/{uid}/devices: a bare list; pages only when asked for."""
    if uid not in stage.world.uids:
        raise Refusal(1106)
    devices = [device for device in stage.world.present() if device.uid == uid]
    size = reach.whole_number(request, "page_size", 0)
    if size > 0:
        start = (_page_number(stage, request) - 1) * size
        devices = devices[start : start + size]
    return [shapes.detail(device) for device in _distorted(stage, request, devices)]


def things(stage: Stage, request: Request) -> object:
    """GET /v2.0/cloud/thing/device?page_size=&last_id=: a bare list in camel case."""
    size = reach.whole_number(request, "page_size", 0)
    if not 1 <= size <= LARGEST_THING_PAGE:
        raise Refusal(1101)
    after = -1
    if request.arg("last_id") and not stage.board.take(["page_repeats"], request):
        last = stage.world.devices.get(request.arg("last_id"))
        if last is None:
            raise Refusal(1109)
        after = last.ordinal
    devices = _chosen(stage.world.present(), request)
    page, _ = _page(devices, after, size)
    return [shapes.thing(device) for device in _distorted(stage, request, page)]


def by_query(stage: Stage, request: Request) -> object:
    """GET /v1.0/devices?device_ids= or product_id= or schema=: numbered pages, of 20 by default."""
    if request.arg("device_ids"):
        devices = reach.batch(stage, request)
    elif request.arg("product_id"):
        wanted = request.arg("product_id")
        devices = [one for one in stage.world.present() if one.product.pid == wanted]
    elif request.arg("schema"):
        devices = stage.world.present()
    else:
        raise Refusal(1100)
    size = min(LARGEST_PAGE, max(1, reach.whole_number(request, "page_size", DEFAULT_PAGE)))
    start = (_page_number(stage, request) - 1) * size
    page = _distorted(stage, request, devices[start : start + size])
    return {"total": len(devices), "devices": [shapes.detail(device) for device in page]}


def newer_batch(stage: Stage, request: Request) -> object:
    """GET /v1.0/iot-03/devices?device_ids=: without state."""
    rows = [shapes.detail(device) for device in reach.batch(stage, request)]
    for row in rows:
        del row["status"]
    return {"list": rows, "total": len(rows), "has_more": False}


def _page(devices: list[Device], after: int, size: int) -> tuple[list[Device], bool]:
    start = bisect_right(devices, after, key=lambda device: device.ordinal)
    return devices[start : start + size], start + size < len(devices)


def _page_number(stage: Stage, request: Request) -> int:
    number = max(1, reach.whole_number(request, "page_no", 1))
    return 1 if number > 1 and stage.board.take(["page_repeats"], request) else number


def _distorted(stage: Stage, request: Request, page: list[Device]) -> list[Device]:
    if stage.board.take(["empty_page"], request):
        return []
    omits = stage.board.take(["page_omits"], request)
    if omits is not None:
        return [one for one in page if one.id not in omits.devices] if omits.devices else page[::2]
    if stage.board.take(["page_doubles"], request):
        return [device for device in page for _ in range(2)]
    return page


def _updated_between(devices: list[Device], request: Request) -> list[Device]:
    start = reach.whole_number(request, "start_update_time", 0)
    end = reach.whole_number(request, "end_update_time", 0)
    if not start and not end:
        return devices
    return [one for one in devices if start <= one.updated_s and (not end or one.updated_s <= end)]


def _chosen(devices: list[Device], request: Request) -> list[Device]:
    products = {one for one in request.arg("product_ids").split(",") if one}
    categories = {one for one in request.arg("categories").split(",") if one}
    return [
        one
        for one in devices
        if (not products or one.product.pid in products)
        and (not categories or one.product.category in categories)
    ]
