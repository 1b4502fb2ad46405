"""The published formats of USH's status report, names as published. Builds bytes, reads answers.

`devices`: page of 2019-11-12, `{"devices": [...]}`, success is the text "200".
`envelope`: pages of 2019-11-18 and 2020-03-05, header and body, success is the number 0.
Source: USH IoT access documents, page "she-bei-shu-xing-ji-zhuang-tai-shang-bao".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Format(StrEnum):
    """Which published format is spoken."""

    DEVICES = "devices"
    ENVELOPE = "envelope"


class Property(msgspec.Struct, frozen=True):
    """One property; every value is text, numbers too."""

    name: str
    value: str


class Device(msgspec.Struct, frozen=True, rename="camel"):
    """The changed properties of one device."""

    device_id: str
    properties: tuple[Property, ...]


class Devices(msgspec.Struct, frozen=True):
    """The whole request of `devices`, and the body of `envelope`."""

    devices: tuple[Device, ...]


class Header(msgspec.Struct, frozen=True, rename="camel"):
    """Who sends, which request, when (ms)."""

    source_code: str
    request_id: str
    timestamp: int


class Envelope(msgspec.Struct, frozen=True):
    """The whole request of `envelope`."""

    header: Header
    body: Devices


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says: codes as trimmed text. `code` is None when there is none."""

    code: str | None
    business_code: str
    business_message: str


NOTHING = Reply(None, "", "")


def devices_body(devices: tuple[Device, ...]) -> bytes:
    """Build a request in the format `devices`."""
    return msgspec.json.encode(Devices(devices))


def envelope_body(
    devices: tuple[Device, ...], source_code: str, request_id: str, at: datetime
) -> bytes:
    """Build a request in the format `envelope`."""
    header = Header(source_code, request_id, int(at.timestamp() * 1000))
    return msgspec.json.encode(Envelope(header, Devices(devices)))


def read(body: bytes) -> Reply:
    """Read an answer of either format. Anything that is not one gives a reply without a code."""
    try:
        answer = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return NOTHING
    if not isinstance(answer, dict):
        return NOTHING
    code = answer.get("code")
    if isinstance(code, bool) or not isinstance(code, int | str):
        return NOTHING
    return Reply(
        str(code).strip(), _text(answer.get("businessCode")), _text(answer.get("businessMessage"))
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\x00", "").strip()
