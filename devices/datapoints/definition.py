"""One data point as its product specifies it, read tolerantly: spelling and bounds vary.

Facts: values is JSON text or an object, bounds are sometimes text, type names vary in case and
word ("value" is Integer), see Tuya's "Standard instruction set" pages.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

TYPES = {
    "Boolean": ("boolean", "bool"),
    "Integer": ("integer", "int", "value", "float", "double", "number", "long"),
    "Enum": ("enum",),
    "String": ("string", "str", "text"),
    "Json": ("json", "struct", "object", "array"),
    "Raw": ("raw", "bytes"),
    "Bitmap": ("bitmap", "fault"),
}
BY_SPELLING = {spelling: name for name, spellings in TYPES.items() for spelling in spellings}
ACCESS = {"ro": "ro", "rw": "rw", "wo": "wo", "wr": "wo"}  # wr: written, never reported
DEEPEST_SCALE = 10  # no sensor has more; beyond it the specification is broken


@dataclass(frozen=True, slots=True)
class Definition:
    """What the product promises of one code. `type` is one of TYPES, or the vendor's own word."""

    code: str
    type: str
    name: str = ""
    desc: str = ""
    dp_id: int | None = None
    access: str = ""
    unit: str = ""
    scale: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal | None = None
    options: tuple[str, ...] = ()
    longest: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def parse(item: Mapping[str, Any]) -> Definition | None:
    """Read one item of a specification; None when it names no code."""
    code = item.get("code")
    if not isinstance(code, str) or not code:
        return None
    values = _values(item.get("values"))
    spelled = _text(item.get("type"))
    low, high = _decimal(values.get("min")), _decimal(values.get("max"))
    bounded = low is not None and high is not None and low <= high
    return Definition(
        code=code,
        type=BY_SPELLING.get(spelled.lower(), spelled),
        name=_text(item.get("name")),
        desc=_text(item.get("desc")),
        dp_id=_whole(item.get("dp_id", item.get("dpId"))),
        access=ACCESS.get(_text(item.get("access")).lower(), ""),
        unit=_text(values.get("unit")),
        scale=_scale(values.get("scale")),
        low=low if bounded else None,
        high=high if bounded else None,
        step=_decimal(values.get("step")),
        options=_options(values.get("range", values.get("label"))),
        longest=_whole(values.get("maxlen")),
        values=values,
    )


def _values(values: object) -> dict[str, Any]:
    if isinstance(values, str):
        try:
            values = json.loads(values)
        except (ValueError, RecursionError):
            return {}
    return dict(values) if isinstance(values, Mapping) else {}


def _options(options: object) -> tuple[str, ...]:
    return tuple(map(str, options)) if isinstance(options, list | tuple) else ()


def _scale(scale: object) -> int:
    whole = _whole(scale) or 0
    return whole if 0 <= whole <= DEEPEST_SCALE else 0


def _whole(number: object) -> int | None:
    found = _decimal(number)
    return int(found) if found is not None and found == found.to_integral_value() else None


def _decimal(number: object) -> Decimal | None:
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        return None
    try:
        found = Decimal(str(number).strip())
    except (InvalidOperation, ValueError):  # ValueError: an int too long to be written
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None  # noqa: PLR2004


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
