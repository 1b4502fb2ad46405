"""Walks the table for one device: which rows speak, which wins, what stays unheard. Pure."""

from dataclasses import dataclass, field

from reporting.letters import StateReported

from . import vocabulary
from .reading import INVALID, UNKNOWN_VALUE, Found, UnheardError
from .rows import Row
from .table import PUBLISHED, Place, Table


@dataclass(frozen=True, slots=True)
class Mapped:
    """A value in USH's words and when the device came to it (vendor's clock, ms).

    Who was told a word of `near` already need not hear another: the value is at their border.
    """

    value: str
    at: int
    near: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unheard:
    """A data point that USH cannot be told, and why. `value` is kept only for unknown words."""

    code: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Translation:
    """What one letter comes to: per USH device its properties, and what stayed unheard."""

    told: dict[str, dict[str, Mapped]] = field(default_factory=dict)
    unheard: tuple[Unheard, ...] = ()


def map_state(letter: StateReported, table: Table = PUBLISHED) -> Translation:
    """Translate a device's whole known state. Each (USH device, property) appears at most once."""
    told: dict[str, dict[str, Mapped]] = {}
    unheard: list[Unheard] = []
    for suffix, name in sorted(_places(letter, table)):
        mapped = _speak(letter, _present(letter, (suffix, name), table), unheard)
        if mapped is not None:
            told.setdefault(letter.device_key + suffix, {})[name] = mapped
    return Translation(told, tuple(dict.fromkeys(unheard)))


def told_of(letter: StateReported, table: Table) -> set[tuple[str, str]]:
    """Give the (USH device, property) that a device feeds, also those that say nothing now."""
    return {
        (letter.device_key + suffix, name)
        for suffix, name in _places(letter, table)
        if _present(letter, (suffix, name), table)
    }


def _places(letter: StateReported, table: Table) -> set[Place]:
    return {place for code in letter.values for place in table.by_code.get(code, ())}


def _speak(
    letter: StateReported, present: list[tuple[Row, str]], unheard: list[Unheard]
) -> Mapped | None:
    """Give the first row that says something. A row that cannot be heard ends the search.

    Falling through it would tell another meaning (a measured for a wanted temperature).
    """
    for row, code in present:
        value = _convert(letter, row, code, unheard)
        if value is not None:
            near = row.near(_found(letter, code)) if row.near and value else frozenset()
            return Mapped(value, _changed_at(letter, present), near - {value}) if value else None
    return None


def _present(letter: StateReported, place: Place, table: Table) -> list[tuple[Row, str]]:
    found = [
        (row, code)
        for row in table.by_place[place]
        for code in row.codes
        if letter.values.get(code) is not None and table.speaks(row, code, letter.category)
    ]
    return sorted(found, key=lambda pair: (pair[0].rank, -_stamp(letter, pair[1])))


def _convert(letter: StateReported, row: Row, code: str, unheard: list[Unheard]) -> str | None:
    """Give the value, None when the row says nothing, or "" when it cannot be heard."""
    try:
        value = row.convert(_found(letter, code))
        if value is not None and not _allowed(row, value):
            raise UnheardError(INVALID)  # noqa: TRY301  the table itself is wrong: one way out
    except UnheardError as exc:
        word = str(letter.values[code])[:100] if exc.reason == UNKNOWN_VALUE else ""
        unheard.append(Unheard(code, word.replace("\x00", ""), exc.reason))
        return ""
    return value


def _found(letter: StateReported, code: str) -> Found:
    return Found(code, letter.values[code], letter.specification.get(code), letter.values)


def _allowed(row: Row, value: str) -> bool:
    return vocabulary.allows(row.property, value, extension=row.extension)


def _changed_at(letter: StateReported, present: list[tuple[Row, str]]) -> int:
    """Give the time of the derived value: the last change of anything it depends on."""
    codes = {code for _, code in present} | {code for row, _ in present for code in row.also}
    return max(_stamp(letter, code) for code in codes if code in letter.values)


def _stamp(letter: StateReported, code: str) -> int:
    """Give when a code changed; one without a stamp was learned with the letter's newest."""
    return letter.stamps.get(code, max(letter.stamps.values(), default=0))
