"""A product's data points, and the readings of their values.

Where there is no specification, values are shown as they came.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from devices import words
from devices.changes import RawValue
from devices.datapoints import definition as definitions
from devices.datapoints.definition import Definition
from devices.datapoints.meanings import inferred, meaning
from devices.datapoints.readings import Reading

WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
PLAIN = (bool, int, float)
MOST_KNOWN = 500
CJK = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Specification:
    """What a product promises of its data points, by code."""

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    # What was read lately: of a page's hundred values most are read on every page.
    known: dict[tuple[Any, ...], Reading] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def parse(cls, items: Iterable[Mapping[str, Any]] | None) -> Self:
        """Read a product's stored list; nothing stored is an empty specification."""
        found = (definitions.parse(item) for item in items or ())
        by_code: dict[str, Definition] = {}
        for definition in found:
            if definition:
                by_code.setdefault(definition.code, definition)
        return cls(by_code)

    def __iter__(self) -> Iterator[Definition]:
        """Go through the definitions in the vendor's order."""
        return iter(self.definitions.values())

    def __contains__(self, code: object) -> bool:
        """Tell whether the product promises anything of a code."""
        return code in self.definitions

    def get(self, code: str) -> Definition | None:
        """Return what is promised of one code."""
        return self.definitions.get(code)

    def read(self, code: str, raw: RawValue, language: str = "en") -> Reading:
        """Return what a person reads; a value that breaks its promise is kept and flagged."""
        if not isinstance(raw, PLAIN):
            return self._read(code, raw, language)
        key = (code, type(raw), raw, language)
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            found = self.known[key] = self._read(code, raw, language)
        return found

    def _read(self, code: str, raw: RawValue, language: str) -> Reading:
        definition = self.definitions.get(code)
        if definition is None:
            return self._unspecified(code, raw, language)
        found = meaning(definition, raw, language)
        return Reading(
            code=code,
            name=title(definition, language),
            type=definition.type or inferred(raw),
            value=found.value,
            text=found.text,
            unit=found.unit,
            raw=raw,
            valid=not found.problem,
            problem=words.problem(found.problem, language),
            kind=found.kind,
            options=definition.options,
            css=found.css,
            parts=found.parts,
        )

    def cast(self, code: str, text: RawValue) -> RawValue:
        """Return a log's text as the status would carry it; what cannot be, stays text.

        Logs send every value as text, the status sends native ones.
        """
        definition = self.definitions.get(code)
        if definition is None or not isinstance(text, str):
            return text
        if definition.type == "Boolean":
            return {"true": True, "false": False}.get(text.strip().lower(), text)
        if definition.type in {"Integer", "Bitmap"}:
            return _number(text)
        return text

    def _unspecified(self, code: str, raw: RawValue, language: str) -> Reading:
        found = meaning(Definition(code=code, type=""), raw, language)
        return Reading(
            code=code,
            name=words.code_label(code, language),
            type=inferred(raw),
            value=raw,
            text=found.text,
            unit="",
            raw=raw,
            valid=True,
            problem="",
            kind="unknown",
            options=(),
        )


def title(definition: Definition, language: str = "en") -> str:
    """Return a data point's name: the product's own when it is in the reader's language."""
    spoken = "zh" if CJK.search(definition.name) else "en"
    wanted = "zh" if language.startswith("zh") else "en"
    if definition.name and spoken == wanted and definition.name != definition.code:
        return definition.name
    return (
        words.known_code(definition.code, language)
        or (definition.name if definition.name != definition.code else "")
        or words.code_label(definition.code, language)
    )


def _number(text: str) -> RawValue:
    stripped = text.strip()
    if WHOLE.fullmatch(stripped):
        return int(stripped)
    try:
        number = float(stripped)
    except ValueError:
        return text
    if not math.isfinite(number) or abs(number) > 1e15:  # noqa: PLR2004
        return text
    return int(number) if number.is_integer() else number
