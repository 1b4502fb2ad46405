"""What one data point says to a person, and the words that every kind of value shares."""

import json
from typing import Literal, NamedTuple

from devices import words
from devices.changes import RawValue

Kind = Literal["boolean", "number", "enum", "text", "json", "raw", "bitmap", "colour", "unknown"]

LONGEST = 400  # characters of a text; the raw value next to it is whole
WIDEST_NUMBER = 128  # bits


class Reading(NamedTuple):
    """One value as a person reads it, beside what the cloud sent.

    `valid` is False when the value breaks its own specification; `problem` then says how, in one
    phrase. `css` is a colour's `#rrggbb`. `parts` are what a packed value holds: (name, text).
    """

    code: str
    name: str
    type: str
    value: RawValue
    text: str
    unit: str
    raw: RawValue
    valid: bool
    problem: str
    kind: Kind
    options: tuple[str, ...]
    css: str = ""
    parts: tuple[tuple[str, str], ...] = ()


class Meaning(NamedTuple):
    """The part of a reading that depends on the value."""

    value: RawValue
    text: str
    kind: Kind
    problem: str = ""
    unit: str = ""
    css: str = ""
    parts: tuple[tuple[str, str], ...] = ()


def shown(raw: RawValue, language: str = "en") -> str:
    """Return any value as text: never empty, never endless, never a crash."""
    if raw is None:
        return "—"
    if isinstance(raw, bool):
        return words.position("", raw, language)
    if isinstance(raw, int):
        short = raw.bit_length() <= WIDEST_NUMBER
        return str(raw) if short else f"a number of {raw.bit_length()} bits"
    if isinstance(raw, float):
        return f"{raw:g}" if raw.is_integer() else repr(raw)
    if isinstance(raw, str):
        return shortened(raw) or ("(空)" if language.startswith("zh") else "(empty)")
    return shortened(_written(raw))


def cited(raw: RawValue) -> str:
    """Return a value as a problem cites it: true is not yet ON when it stands for a number."""
    return str(raw).lower() if isinstance(raw, bool) else shown(raw)


def shortened(text: str) -> str:
    """Cut what no page can show, and replace what cannot be sent; the raw value stays whole."""
    sendable = text.replace("\0", "\ufffd").encode(errors="replace").decode().strip()
    return sendable if len(sendable) <= LONGEST else f"{sendable[: LONGEST - 1]}…"


def _written(raw: RawValue) -> str:
    try:
        return json.dumps(raw, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # ValueError: a number too long to be written
        return "(too large to show)"
