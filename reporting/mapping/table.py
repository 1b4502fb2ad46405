"""Puts the published rows and the operator's together into one table. Pure.

An operator's row goes before the published ones and takes the place of those for the same code,
category and property; a silent one leaves the place empty: that is how a row is switched off.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from .kinds import KINDS, SILENT
from .rows import ROWS, Row

Place: TypeAlias = tuple[str, str]  # suffix of the USH device, property
FIRST = -1  # before every published row


@dataclass(frozen=True, slots=True)
class Line:
    """A row that an operator wrote; `category` "" is every category."""

    code: str
    property: str
    kind: str
    category: str = ""
    suffix: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    extension: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Every row by place and by code, and which published ones an operator's row replaces."""

    by_place: Mapping[Place, tuple[Row, ...]]
    by_code: Mapping[str, frozenset[Place]]
    covered: frozenset[tuple[str, str, str]] = frozenset()

    def speaks(self, row: Row, code: str, category: str) -> bool:
        """Say whether a row counts for a device of this category."""
        if row.categories is not None and category not in row.categories:
            return False
        key = (row.property, code)
        return row.rank == FIRST or not {(*key, category), (*key, "")} & self.covered


def build(lines: Iterable[Line] = ()) -> Table:
    """Give the table: the published rows with the operator's before them."""
    own = tuple(lines)
    rows: dict[Place, list[Row]] = defaultdict(list)
    codes: dict[str, set[Place]] = defaultdict(set)
    for row in (*(_row(line) for line in own if line.kind != SILENT), *ROWS):
        rows[row.suffix, row.property].append(row)
        for code in row.codes:
            codes[code].add((row.suffix, row.property))
    return Table(
        {place: tuple(found) for place, found in rows.items()},
        {code: frozenset(found) for code, found in codes.items()},
        frozenset((line.property, line.code, line.category) for line in own),
    )


def _row(line: Line) -> Row:
    return Row(
        line.property,
        (line.code,),
        KINDS[line.kind].make(line.parameters),
        FIRST,
        line.suffix,
        frozenset({line.category}) if line.category else None,
        extension=line.extension,
        near=KINDS[line.kind].near,
    )


PUBLISHED = build()
