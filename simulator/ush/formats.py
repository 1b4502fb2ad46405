"""Reads status reports, strictly, and writes answers in the formats that were published.

`devices`: {"devices": [...]}, answered with the text code "200" (page of 2019-11-12).
`envelope`: header and body, answered with the number 0 (pages since 2019-11-18).
"""

from typing import Literal, NamedTuple

from simulator.exchange import Reply, json_reply

Format = Literal["devices", "envelope"]

OLD_PATH = "/v2/iot/status-report"
NEW_PATH = "/device/v2/iot/status-report"


class Told(NamedTuple):
    """One property of one device, as a request told it."""

    device_id: str
    property: str
    value: str


class Malformed(Exception):  # noqa: N818 - as Refusal
    """The request breaks the published shape; the text says where."""


def read(document: object, form: Format) -> list[Told]:
    """Read a request in one format, or say what is wrong with it."""
    body = _unwrapped(document) if form == "envelope" else document
    shape = _exactly(body, "request", {"devices"})
    devices = _filled_list(shape["devices"], "devices")
    told = [
        one for place, device in enumerate(devices) for one in _device(device, f"devices[{place}]")
    ]
    ids = [str(device["deviceId"]) for device in devices if isinstance(device, dict)]
    if len(set(ids)) != len(ids):
        raise Malformed("the same deviceId twice")
    return told


def success(form: Format) -> Reply:
    """Say yes."""
    return _answer(
        form, "200", 0, "SUCCESS", ("0000", "success") if form == "envelope" else (None, None)
    )


def failure(form: Format, business_code: str | None, business_message: str | None) -> Reply:
    """Say no: with a business code it is the request, without one it is the cloud."""
    return _answer(form, "500", 500, "FAIL", (business_code, business_message))


def _answer(
    form: Format, text: str, number: int, message: str, business: tuple[str | None, str | None]
) -> Reply:
    words = {"businessCode": business[0], "businessMessage": business[1]}
    reply = json_reply(
        {"code": text, **words}
        if form == "devices"
        else {"code": number, "message": message, **words}
    )
    reply.code = text if form == "devices" else number
    return reply


def _unwrapped(document: object) -> object:
    shape = _exactly(document, "request", {"header", "body"})
    header = _exactly(shape["header"], "header", {"sourceCode", "requestId", "timestamp"})
    for name in ("sourceCode", "requestId"):
        _text(header[name], f"header.{name}")
    timestamp = header["timestamp"]
    if not isinstance(timestamp, int) or isinstance(timestamp, bool):
        raise Malformed("header.timestamp is no whole number of milliseconds")
    return shape["body"]


def _device(document: object, where: str) -> list[Told]:
    shape = _exactly(document, where, {"deviceId", "properties"})
    device_id = _text(shape["deviceId"], f"{where}.deviceId")
    properties = _filled_list(shape["properties"], f"{where}.properties")
    told = [
        _property(device_id, one, f"{where}.properties[{place}]")
        for place, one in enumerate(properties)
    ]
    if len({one.property for one in told}) != len(told):
        raise Malformed(f"{where} names a property twice")
    return told


def _property(device_id: str, document: object, where: str) -> Told:
    shape = _exactly(document, where, {"name", "value"})
    value = shape["value"]
    if not isinstance(value, str):
        raise Malformed(f"{where}.value is no text")
    return Told(device_id, _text(shape["name"], f"{where}.name"), value)


def _exactly(document: object, where: str, keys: set[str]) -> dict[str, object]:
    if not isinstance(document, dict) or set(document) != keys:
        raise Malformed(f"{where} is not an object of exactly {', '.join(sorted(keys))}")
    return document


def _filled_list(document: object, where: str) -> list[object]:
    if not isinstance(document, list) or not document:
        raise Malformed(f"{where} is no list with something in it")
    return document


def _text(document: object, where: str) -> str:
    if not isinstance(document, str) or not document:
        raise Malformed(f"{where} is no text with something in it")
    return document
