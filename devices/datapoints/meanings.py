"""What a raw value means under one definition: one function per type of the vendor."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from devices import words
from devices.changes import RawValue
from devices.datapoints import colours, numbers, packed
from devices.datapoints.definition import Definition
from devices.datapoints.readings import Meaning, cited, shortened, shown


def meaning(definition: Definition, raw: RawValue, language: str) -> Meaning:
    """Read one value; what its type does not allow is kept and flagged."""
    if raw is None:
        return Meaning(None, shown(None), "unknown", "no value")
    reader = READERS.get(definition.type, _unspecified)
    return reader(definition, raw, language)


def inferred(raw: RawValue) -> str:
    """Name the type that an unspecified value looks like."""
    kinds = ((bool, "Boolean"), (int, "Integer"), (float, "Float"), (str, "String"))
    fallback = "Null" if raw is None else "Json"
    return next((name for kind, name in kinds if isinstance(raw, kind)), fallback)


def _boolean(definition: Definition, raw: RawValue, language: str) -> Meaning:
    if isinstance(raw, bool):
        return Meaning(raw, words.position(definition.code, raw, language), "boolean")
    return Meaning(raw, shown(raw, language), "boolean", f"{cited(raw)} is not true or false")


def _enum(definition: Definition, raw: RawValue, language: str) -> Meaning:
    if not isinstance(raw, str):
        return Meaning(raw, shown(raw, language), "enum", f"{cited(raw)} is not a word")
    known = not definition.options or raw in definition.options
    problem = "" if known else f"{cited(raw)} is not one of {', '.join(definition.options)}"
    return Meaning(raw, shown(raw.replace("_", " "), language), "enum", shortened(problem))


def _string(definition: Definition, raw: RawValue, language: str) -> Meaning:
    if not isinstance(raw, str):
        return Meaning(raw, shown(raw, language), "text", f"{cited(raw)} is not text")
    if colour := colours.of_text(definition, raw):
        return colours.meaning(colour, raw)
    longest = definition.longest or 0
    long = f"{len(raw)} characters, at most {longest}" if 0 < longest < len(raw) else ""
    return Meaning(raw, shown(raw, language), "text", long)


def _json(definition: Definition, raw: RawValue, language: str) -> Meaning:
    if isinstance(raw, str) and not raw.strip():
        return Meaning(raw, shown(raw, language), "json")  # a scene that was never set
    content = raw
    if isinstance(raw, str):
        try:
            content = json.loads(raw)
        except (ValueError, RecursionError):
            return Meaning(raw, shown(raw, language), "json", "not JSON")
    if colour := colours.of_json(definition, content):
        return colours.meaning(colour, content)
    return Meaning(content, shown(content, language), "json")


def _unspecified(definition: Definition, raw: RawValue, language: str) -> Meaning:
    del definition
    return Meaning(raw, shown(raw, language), "unknown")


READERS: Mapping[str, Callable[[Definition, Any, str], Meaning]] = {
    "Boolean": _boolean,
    "Integer": numbers.meaning,
    "Enum": _enum,
    "String": _string,
    "Json": _json,
    "Raw": packed.raw_meaning,
    "Bitmap": packed.bitmap_meaning,
}
