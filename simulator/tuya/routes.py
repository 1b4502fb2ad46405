"""Which call goes where."""

import re
from collections.abc import Callable
from functools import partial

from simulator.exchange import Request
from simulator.stage import Stage
from simulator.tuya import listings, logs, reads, writes

Answer = Callable[..., object]

_OLD, _NEW = "/v1.0/devices", "/v1.0/iot-03/devices"
_TABLE: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/v1.0/iot-01/associated-users/devices", listings.associated_users),
    ("GET", "/v1.0/users/{uid}/devices", listings.of_user),
    ("GET", "/v2.0/cloud/thing/device", listings.things),
    ("GET", _OLD, listings.by_query),
    ("GET", _NEW, listings.newer_batch),
    ("GET", f"{_OLD}/factory-infos", reads.factory_infos),
    ("GET", f"{_NEW}/factory-infos", reads.newer_factory_infos),
    ("GET", f"{_OLD}/status", reads.statuses),
    ("GET", f"{_NEW}/status", reads.statuses),
    ("GET", f"{_OLD}/{{device_id}}", reads.detail),
    ("GET", f"{_OLD}/{{device_id}}/status", reads.status),
    ("GET", f"{_NEW}/{{device_id}}/status", reads.status),
    ("GET", f"{_OLD}/{{device_id}}/logs", logs.logs),
    ("GET", f"{_OLD}/{{device_id}}/sub-devices", reads.sub_devices),
    ("GET", f"{_OLD}/{{device_id}}/functions", reads.functions),
    ("GET", f"{_OLD}/{{device_id}}/specifications", reads.specifications),
    ("GET", "/v1.1/devices/{device_id}/specifications", reads.specifications_with_ids),
    ("GET", f"{_NEW}/{{device_id}}/specification", reads.newer_specification),
    ("PUT", f"{_OLD}/{{device_id}}", writes.rename),
    ("PUT", f"{_NEW}/{{device_id}}", writes.rename),
    ("DELETE", f"{_OLD}/{{device_id}}", writes.remove),
    ("DELETE", f"{_NEW}/{{device_id}}", writes.remove),
    ("PUT", f"{_OLD}/{{device_id}}/reset-factory", writes.reset),
    ("POST", f"{_NEW}/{{device_id}}/actions/reset", writes.reset),
    ("POST", f"{_OLD}/{{device_id}}/commands", writes.command),
    ("POST", f"{_NEW}/{{device_id}}/commands", writes.command),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


_ROUTES = tuple((method, _pattern(path), answer) for method, path, answer in _TABLE)


def find(request: Request) -> Callable[[Stage], object] | None:
    """Return what answers this call, or None. Fixed addresses stand before those with an id."""
    for method, pattern, answer in _ROUTES:
        match = pattern.fullmatch(request.path) if method == request.method else None
        if match is not None:
            named = match.groupdict()
            return partial(_answered, answer, request, named)
    return None


def _answered(answer: Answer, request: Request, named: dict[str, str], stage: Stage) -> object:
    return answer(stage, request, **named)
