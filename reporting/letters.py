"""What the devices' side hands over to be told to USH. Values only: no Django, no rule about USH.

A letter carries the whole known state of a device, because one USH property may need several codes
(docs/decisions/0003-letters-carry-the-whole-state.md).
"""

from typing import Any, TypeAlias

import msgspec

RawValue: TypeAlias = Any
"""A data point's value exactly as the device cloud gave it: bool, number, text or decoded JSON."""


class SpecItem(msgspec.Struct, frozen=True):
    """One code of a product's specification: its type word and its limits (scale, min, max ...)."""

    type: str
    values: dict[str, Any] = {}


class StateReported(msgspec.Struct, frozen=True):
    """The whole known state of one device that changed; `stamps`: when each code did (ms)."""

    device_key: str
    category: str
    values: dict[str, RawValue]
    specification: dict[str, SpecItem]
    stamps: dict[str, int]


class DeviceGone(msgspec.Struct, frozen=True):
    """The device left the cloud project: nothing more is to be told about it."""

    device_key: str


class CodeCount(msgspec.Struct, frozen=True):
    """How many devices of a category have a code."""

    category: str
    code: str
    devices: int


Letter: TypeAlias = StateReported | DeviceGone
