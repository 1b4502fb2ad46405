"""Examples for OpenAPI: what a caller sends and gets, in full. Invented devices only."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

DEVICE = {
    "device_id": "6c5b1d6e0a1f3b7c2dk9xz",
    "name": "Desk plug",
    "category": "cz",
    "category_name": "socket",
    "product_id": "aqy5sjbmxwzyxq1h",
    "product_name": "Smart plug",
    "online": True,
    "online_since": "2026-11-20T17:02:11.000Z",
    "sub": False,
    "gateway": "",
    "uuid": "0d4c8a5be2f71a93",
    "sn": "100423000017",
    "mac": "10:5a:17:2b:c4:09",
    "ip": "203.0.113.7",
    "time_zone": "+08:00",
    "owner_id": "43210987",
    "uid": "ay16000000000000001",
    "icon_url": "https://images.tuyacn.com/smart/icon/plug.png",
    "model": "",
    "active_at": "2026-03-02T09:15:40.000Z",
    "created_at": "2026-03-02T09:15:40.000Z",
    "updated_at": "2026-11-20T17:02:11.000Z",
    "first_seen_at": "2026-11-20T16:58:00.310Z",
    "last_seen_at": "2026-11-21T08:30:00.120Z",
    "last_event_at": "2026-11-21T08:29:12.455Z",
    "state": "present",
    "state_since": "2026-11-20T16:58:00.310Z",
    "state_reason": "",
    "retired_at": None,
    "tags": ["second floor"],
    "note": "",
    "status": {"switch_1": True, "cur_power": 223},
}
VALUE = {
    "code": "cur_power",
    "name": "Power",
    "value": 22.3,
    "raw": 223,
    "text": "22.3 W",
    "unit": "W",
    "type": "Integer",
    "kind": "number",
    "valid": True,
    "problem": "",
    "changed_at": "2026-11-21T08:29:12.455Z",
    "received_at": "2026-11-21T08:29:13.010Z",
    "provenance": "feed",
}
LOG = {
    "event_time": "2026-11-21T08:29:12.455Z",
    "received_at": "2026-11-21T08:31:04.120Z",
    "not_before": None,
    "device_id": "6c5b1d6e0a1f3b7c2dk9xz",
    "event_id": 7,
    "event": "data point report",
    "source_id": 1,
    "source": "device itself",
    "code": "cur_power",
    "value": 223,
    "raw": "223",
    "provenance": "log",
    "operation": None,
}
ORDER = {
    "kind": "rename",
    "devices": ["6c5b1d6e0a1f3b7c2dk9xz"],
    "params": {"name": "Desk lamp"},
}
RESET = {
    "kind": "factory_reset",
    "devices": ["6c5b1d6e0a1f3b7c2dk9xz"],
    "reason": "Given back by its tenant",
    "pace_per_minute": 30,
    "stop_after_failures": 3,
}
RENAMES = {
    "kind": "rename",
    "devices": ["6c5b1d6e0a1f3b7c2dk9xz"],
    "params": {"pattern": "{product}-{sn:4}"},
    "dry_run": True,
}
PREVIEW = {
    "will_act": [
        {"device_id": "6c5b1d6e0a1f3b7c2dk9xz", "name": "Desk plug", "new_name": "Desk lamp"}
    ],
    "skip": [],
    "warn": [],
    "calls": 2,
    "eta_seconds": 0,
    "needs_approval": False,
    "plan_hash": "5f1c0f3b9c2a4d7e8b6a190c3d2e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f6",
}
OPERATION = {
    "id": 41,
    "kind": "rename",
    "state": "finished",
    "counts": {"confirmed": 1},
    "reason": "",
    "params": {"name": "Desk lamp", "names": {}},
    "pace_per_minute": None,
    "stop_after_failures": None,
    "stop_after_percent": None,
    "stop_percent_of": 10,
    "offline": "act",
    "wait_until": None,
    "plan_hash": "5f1c0f3b9c2a4d7e8b6a190c3d2e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f6",
    "requested_by": "ada",
    "needs_approval": False,
    "approved_by": "",
    "approved_at": None,
    "approved_plan_hash": "",
    "approval_expires_at": None,
    "ended_by": "",
    "created_at": "2026-11-21T08:30:00.120Z",
    "starts_at": "2026-11-21T08:30:00.120Z",
    "started_at": "2026-11-21T08:30:00.410Z",
    "finished_at": "2026-11-21T08:30:02.030Z",
    "retry_of": None,
}
ITEM = {
    "position": 0,
    "device_id": "6c5b1d6e0a1f3b7c2dk9xz",
    "device_name": "Desk plug",
    "new_name": "Desk lamp",
    "outcome": "refused",
    "why": "",
    "vendor_code": 1106,
    "vendor_message": "permission deny",
    "meaning": "The device is not part of this cloud project.",
    "advice": "Check whether it was removed or unlinked.",
    "attempts": 1,
    "sent_at": "2026-11-21T08:30:00.420Z",
    "settled_at": "2026-11-21T08:30:00.610Z",
    "confirmed_at": None,
    "proof": {},
}


def sent(name: str, body: dict[str, Any]) -> OpenApiExample:
    """What a caller sends."""
    return OpenApiExample(name, value=body, request_only=True)


def given(name: str, body: dict[str, Any], status: int = 200) -> OpenApiExample:
    """What a caller gets."""
    return OpenApiExample(name, value=body, response_only=True, status_codes=[str(status)])


def page(name: str, row: dict[str, Any]) -> OpenApiExample:
    """What a caller of a list gets."""
    return given(name, {"next": None, "previous": None, "results": [row]})
