"""The device cloud's answers as frozen values, read tolerantly. Decides nothing.

Unknown keys are ignored, odd types are understood, what is missing is named as missing, and one odd
field spoils no device. Shapes: developer.tuya.com doc Ka4a8uuo1j4t4 and "Device Management"
(2024-09-10); where page and samples disagree, the samples win (the page calls `status` an object,
every sample is a list).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

RawValue = Any  # a data point's value: whatever the product defines
Json = Any  # a decoded answer before its shape is checked

# online, offline, activated, reset, command, firmware, report, signal, restart, timer
EVENT_TYPES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
REPORTED = 7
_SECONDS_END = 100_000_000_000  # below: seconds; as milliseconds it would be March 1973


class Status(msgspec.Struct, frozen=True):
    """One data point's code and its value, typed as the vendor sent it."""

    code: str
    value: RawValue


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One device. `missing` names what this answer did not carry, so that it blanks nothing."""

    id: str
    name: str = ""
    uid: str = ""
    local_key: str = ""
    category: str = ""
    product_id: str = ""
    product_name: str = ""
    sub: bool = False
    uuid: str = ""
    owner_id: str = ""
    online: bool | None = None
    status: tuple[Status, ...] | None = None
    active_time: int | None = None
    create_time: int | None = None
    update_time: int | None = None
    icon: str = ""
    ip: str = ""
    time_zone: str = ""
    gateway_id: str = ""
    sn: str = ""
    mac: str = ""
    model: str = ""
    missing: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """Name the device only: the key, the address and the owner belong in no log."""
        return f"Device(id={self.id!r}, name={self.name!r})"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a listing. `complete`: every device was seen. `why`: what broke the walk."""

    devices: tuple[Device, ...] = ()
    complete: bool = False
    total: int | None = None
    unreadable: int = 0
    why: str = ""


class FactoryInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What the factory burned in. Sub-devices and virtual devices lack sn and mac."""

    id: str
    uuid: str = ""
    sn: str = ""
    mac: str = ""


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One log row. `value` is the text as sent; only reports and commands carry one."""

    event_id: int
    event_time: int
    code: str | None = None
    value: str | None = None
    event_from: str | None = None
    row: str | None = None
    status: str | None = None


class LogCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where the next page of logs begins; the paid edition needs the event time beside the key."""

    row_key: str
    event_time: int | None = None


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of logs. `last`: the window's end was reached. `why`: given up, nothing proven."""

    rows: tuple[LogRow, ...] = ()
    cursor: LogCursor | None = None
    last: bool = False
    why: str = ""
    count: int | None = None
    unreadable: int = 0


class SpecItem(msgspec.Struct, frozen=True, kw_only=True):
    """One data point as the product defines it; `values` is the vendor's JSON text, unread."""

    code: str
    type: str = ""
    values: str = "{}"
    name: str = ""
    desc: str = ""
    dp_id: int | None = None


class Specification(msgspec.Struct, frozen=True, kw_only=True):
    """What a product can be told (`functions`) and what it reports (`status`)."""

    category: str = ""
    functions: tuple[SpecItem, ...] = ()
    status: tuple[SpecItem, ...] = ()


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a test of the connection found. `offset_ms`: the vendor's clock minus ours."""

    latency_ms: int
    offset_ms: int
    expires_in: int


# Reading one field. Each returns None for what it cannot read, and never raises.


def text(value: object) -> str | None:
    """Read a string; numbers become their digits, since ids come both ways."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    return str(value)


def number(value: object) -> int | None:
    """Read an integer, also from "12" and 12.0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(value) if not isinstance(value, float) or value.is_integer() else None
    except (ValueError, OverflowError):
        return None


def flag(value: object) -> bool | None:
    """Read a boolean, also from 0, 1, "true" and "false"."""
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower())
    return bool(value) if isinstance(value, bool) or value in (0, 1) else None


def seconds(value: object) -> int | None:
    """Read a stamp in seconds, also from milliseconds. 0 means that the vendor does not know."""
    stamp = number(value)
    if not stamp or stamp < 0:
        return None
    return stamp if stamp < _SECONDS_END else stamp // 1000


def milliseconds(value: object) -> int | None:
    """Read a stamp in milliseconds, also from seconds."""
    stamp = number(value)
    if stamp is None or stamp <= 0:
        return None
    return stamp * 1000 if stamp < _SECONDS_END else stamp


def segment(ident: str) -> str:
    """Quote an id as one piece of a path; a blank one would turn one device into all."""
    if not ident.strip() or ident in {".", ".."}:
        raise ValueError("a device or user id is empty")
    return quote(ident, safe="")


# How each field is read, and under which names it comes: v1.0's own, and those of the v2.0 thing
# listing in snake and camel case. The user's own name for a thing is handled apart.
_Reader = Callable[[object], Any]
_FIELDS: dict[str, tuple[_Reader, tuple[str, ...]]] = {
    "name": (text, ("name",)),
    "uid": (text, ("uid",)),
    "local_key": (text, ("local_key", "localKey")),
    "category": (text, ("category",)),
    "product_id": (text, ("product_id", "productId")),
    "product_name": (text, ("product_name", "productName")),
    "sub": (flag, ("sub",)),
    "uuid": (text, ("uuid",)),
    "owner_id": (text, ("owner_id", "ownerId")),
    "online": (flag, ("online", "is_online", "isOnline")),
    "active_time": (seconds, ("active_time", "activeTime")),
    "create_time": (seconds, ("create_time", "createTime")),
    "update_time": (seconds, ("update_time", "updateTime")),
    "icon": (text, ("icon",)),
    "ip": (text, ("ip",)),
    "time_zone": (text, ("time_zone", "timeZone")),
    "gateway_id": (text, ("gateway_id", "gatewayId")),
    "sn": (text, ("sn",)),
    "mac": (text, ("mac",)),
    "model": (text, ("model",)),
}
_KEYS = {key: (name, read) for name, (read, keys) in _FIELDS.items() for key in keys}
_ALL = frozenset(_FIELDS) | {"status"}


def device(raw: object) -> Device | None:
    """Read one device of a detail or a listing; None when it has no id."""
    if not isinstance(raw, Mapping):
        return None
    ident = text(raw.get("id")) or text(raw.get("device_id"))
    if not ident:
        return None
    found = _fields(raw)
    if (status := statuses(raw.get("status"))) is not None:
        found["status"] = status
    return Device(id=ident, missing=_ALL - found.keys(), **found)


def _fields(raw: Mapping[str, object]) -> dict[str, Any]:
    found = {}
    for key, value in raw.items():
        known = _KEYS.get(key)
        if known is not None and (read := known[1](value)) is not None:
            found[known[0]] = read
    # For a thing, `name` is the product's; an empty custom name means "never renamed".
    if custom := text(raw.get("customName")) or text(raw.get("custom_name")):
        found["name"] = custom
    return found


def statuses(raw: object) -> tuple[Status, ...] | None:
    """Read a list of {code, value}, or the older map of code to value; None without either."""
    if isinstance(raw, Mapping):
        return tuple(Status(str(code), value) for code, value in raw.items())
    if not isinstance(raw, list):
        return None
    named = ((text(item.get("code")), item) for item in raw if isinstance(item, Mapping))
    return tuple(Status(code, item["value"]) for code, item in named if code and "value" in item)


def factory_info(raw: object) -> FactoryInfo | None:
    """Read one device's factory facts; None without an id."""
    if not isinstance(raw, Mapping) or not (ident := text(raw.get("id"))):
        return None
    rest = {name: text(raw.get(name)) or "" for name in ("uuid", "sn", "mac")}
    return FactoryInfo(id=ident, **rest)


def log_row(raw: object) -> LogRow | None:
    """Read one log row; None where what makes it a row is unreadable: event and time.

    A report says which data point took which value, or it reports nothing.
    """
    if not isinstance(raw, Mapping):
        return None
    event, at = number(raw.get("event_id")), milliseconds(raw.get("event_time"))
    if event is None or at is None:
        return None
    if event == REPORTED and ("value" not in raw or not text(raw.get("code"))):
        return None
    names = ("code", "event_from", "row", "status")
    return LogRow(
        event_id=event,
        event_time=at,
        value=exact(raw.get("value")),
        **{name: text(raw.get(name)) for name in names},
    )


def exact(value: object) -> str | None:
    """Keep a value's text as sent; what is not text becomes JSON text."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def specification(raw: object) -> Specification | None:
    """Read a specification; either list may be missing (Domoticz#53)."""
    if not isinstance(raw, Mapping):
        return None
    return Specification(
        category=text(raw.get("category")) or "",
        functions=tuple(_spec_items(raw.get("functions"))),
        status=tuple(_spec_items(raw.get("status"))),
    )


def _spec_items(raw: object) -> Iterator[SpecItem]:
    for item in raw if isinstance(raw, list) else ():
        if isinstance(item, Mapping) and (code := text(item.get("code"))):
            yield SpecItem(
                code=code,
                type=text(item.get("type")) or "",
                values=exact(item.get("values")) or "{}",
                name=text(item.get("name")) or "",
                desc=text(item.get("desc")) or "",
                dp_id=number(item.get("dp_id", item.get("dpId"))),
            )
