"""Reads colours: hue, saturation and value, on the scale of 255 (first lamps) or 1000 ("v2").

Strings carry the same in hex: HHHHSSSSVVVV on 1000, or RRGGBBHHHHSSVV on 255.
"""

import colorsys
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from devices.changes import RawValue
from devices.datapoints.definition import Definition
from devices.datapoints.readings import Meaning

FULL_CIRCLE = 360
FIRST, SECOND = 255, 1000  # what "all of it" is, in the two generations of lamps
HEX_OF_SECOND = re.compile(r"(?i)[0-9a-f]{12}")
HEX_OF_FIRST = re.compile(r"(?i)[0-9a-f]{14}")


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour and the number that stands for "all of it" in saturation and value."""

    hue: float
    saturation: float
    value: float
    full: float


def of_json(definition: Definition, content: RawValue) -> Colour | None:
    """Find a colour in decoded JSON; None when it is none."""
    if not isinstance(content, Mapping) or not {"h", "s", "v"} <= content.keys():
        return None
    hue, saturation, value = (_number(content[key]) for key in ("h", "s", "v"))
    if hue is None or saturation is None or value is None:
        return None
    return Colour(hue, saturation, value, _full(definition, max(saturation, value)))


def of_text(definition: Definition, text: str) -> Colour | None:
    """Find a colour in a lamp's hex text; None when it is none.

    The product promises no more than text, so hex that is no colour is simply text.
    """
    found = _of_hex(text) if definition.code.startswith("colour_data") else None
    return None if found is None or _problem(found) else found


def _of_hex(text: str) -> Colour | None:
    if HEX_OF_SECOND.fullmatch(text):
        hue, saturation, value = (int(text[at : at + 4], 16) for at in (0, 4, 8))
        return Colour(hue, saturation, value, SECOND)
    if HEX_OF_FIRST.fullmatch(text):
        return Colour(int(text[6:10], 16), int(text[10:12], 16), int(text[12:14], 16), FIRST)
    return None


def meaning(colour: Colour, value: RawValue) -> Meaning:
    """Say a colour in degrees and per cent, and for the page in hex."""
    saturation, brightness = colour.saturation / colour.full, colour.value / colour.full
    text = f"{colour.hue:.0f}° {saturation * 100:.0f} % {brightness * 100:.0f} %"
    return Meaning(value, text, "colour", _problem(colour), css=_css(colour))


def _css(colour: Colour) -> str:
    shares = colorsys.hsv_to_rgb(
        (colour.hue % FULL_CIRCLE) / FULL_CIRCLE,
        min(max(colour.saturation / colour.full, 0), 1),
        min(max(colour.value / colour.full, 0), 1),
    )
    return "#" + "".join(f"{round(share * 255):02x}" for share in shares)


def _problem(colour: Colour) -> str:
    if not 0 <= colour.hue <= FULL_CIRCLE:
        return f"hue {colour.hue:g} is outside 0..{FULL_CIRCLE}"
    for name, number in (("saturation", colour.saturation), ("value", colour.value)):
        if not 0 <= number <= colour.full:
            return f"{name} {number:g} is outside 0..{colour.full:g}"
    return ""


def _full(definition: Definition, largest: float) -> float:
    """Take the bound from the specification, else from the code, else from the value itself."""
    stated = definition.values.get("s")
    bound = _number(stated.get("max")) if isinstance(stated, Mapping) else None
    if bound is not None and bound > 0:
        return bound
    second = definition.code.endswith("_v2") or largest > FIRST
    return SECOND if second else FIRST


def _number(value: RawValue) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 and math.isfinite(value) else None  # noqa: PLR2004
