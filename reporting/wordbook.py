"""The door to the mapping: add, change, switch, remove and try rows. Page and REST ask here.

A change is made alone: it waits for those who translate now, and all who come later see it. Then
every device is translated anew.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pages import live

from . import deeds, outbox, sinks, source, tables
from .letters import RawValue
from .mapping import Table, build, map_state, vocabulary
from .mapping.kinds import KINDS, SILENT
from .models import Cell, MappingRow, Sink

FIELDS = ("code", "category", "property", "suffix", "kind", "parameters", "extension")
SHAPES = {
    "code": re.compile(r"[A-Za-z0-9_.\-]{1,100}"),
    "category": re.compile(r"[A-Za-z0-9_\-]{0,32}"),
    "property": re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}"),
    "suffix": re.compile(r"(_[A-Za-z0-9]{1,18})?"),
}
MOST_WORDS = 200


class RefusedError(Exception):
    """The row cannot be taken: field -> what is wrong with it, for a person."""

    def __init__(self, errors: dict[str, str]) -> None:
        """Keep what is wrong."""
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Change:
    """What one property of one device would become; None: USH is told nothing."""

    ush_device_id: str
    property: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A row tried on a real device: its raw value, what changes, what stays without a word."""

    raw: RawValue
    present: bool
    changes: tuple[Change, ...]
    unheard: tuple[str, ...]


def row_of(given: Mapping[str, Any]) -> MappingRow:
    """Make a row, not stored yet, of what a person gave; raises RefusedError."""
    values = {name: given[name] for name in FIELDS if name in given}
    for name in SHAPES:
        values[name] = str(values.get(name) or "").strip()
    row = MappingRow(**values)
    row.parameters = {str(raw): str(word) for raw, word in (row.parameters or {}).items()}
    errors = _faults(row)
    if errors:
        raise RefusedError(errors)
    return row


def add(given: Mapping[str, Any], by: str, now: datetime) -> MappingRow:
    """Add a row; it counts at once."""
    row = row_of(given)
    with transaction.atomic():
        tables.own()
        row.changed_by, row.changed_at = by, now
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as exc:
            words = _("There is a row for this code, category and property already.")
            raise RefusedError({"code": words}) from exc
        _changed(row, "mapping-add", by, now)
    return row


def switch(pk: int, by: str, now: datetime, *, enabled: bool) -> MappingRow | None:
    """Switch an operator's row on or off; None when there is no such row."""
    with transaction.atomic():
        tables.own()
        row = MappingRow.objects.filter(pk=pk).first()
        if row is not None and row.enabled != enabled:
            row.enabled, row.changed_by, row.changed_at = enabled, by, now
            row.save(update_fields=["enabled", "changed_by", "changed_at"])
            _changed(row, "mapping-on" if enabled else "mapping-off", by, now)
    return row


def remove(pk: int, by: str, now: datetime) -> bool:
    """Remove an operator's row; what is published counts again."""
    with transaction.atomic():
        tables.own()
        row = MappingRow.objects.filter(pk=pk).first()
        if row is None:
            return False
        row.delete()
        _changed(row, "mapping-remove", by, now)
    return True


def preview(given: Mapping[str, Any], device_key: str) -> Preview | None:
    """Say what a row would make of a real device's state; None when nobody knows the device."""
    row = row_of(given)
    letter = source.current().letter_of(device_key)
    if letter is None:
        return None
    kept = [one for one in tables.lines() if not _same_place(one, row)]
    before = map_state(letter, build(tables.lines()))
    after = map_state(letter, build([*kept, tables.line(row)]))
    return Preview(
        letter.values.get(row.code),
        row.code in letter.values,
        tuple(_changes(_flat(before.told), _flat(after.told))),
        tuple(f"{one.code}={one.value}" for one in after.unheard if one.code == row.code),
    )


def current() -> Table:
    """Give the mapping as it counts now."""
    return tables.of(sinks.ensure().mapping_mark)


def unmapped_codes() -> list[tuple[str, int]]:
    """List codes that no row takes up, with how many devices have them, the most first."""
    table, counts = current(), dict[str, int]()
    for found in source.current().codes():
        places = table.by_code.get(found.code, frozenset())
        rows = [row for place in places for row in table.by_place[place]]
        told = any(
            found.code in row.codes and table.speaks(row, found.code, found.category)
            for row in rows
        )
        if not told:
            counts[found.code] = counts.get(found.code, 0) + found.devices
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _changed(row: MappingRow, what: str, by: str, now: datetime) -> None:
    """Let all devices be translated anew, and try at once what USH refused of this property."""
    sinks.ensure()
    Sink.objects.update(mapping_mark=secrets.randbits(62) + 1, remap_from="")
    stuck = Cell.objects.filter(property=row.property, lane=Cell.Lane.QUARANTINE)
    ordered = stuck.select_for_update(no_key=True).order_by("ush_device_id", "property")
    Cell.objects.filter(pk__in=[cell.pk for cell in ordered]).update(next_try_at=now)
    deeds.note(by, what, now, **{name: getattr(row, name) for name in FIELDS})
    live.announce("delivery")
    outbox.wake_after_commit(0)


def _faults(row: MappingRow) -> dict[str, str]:
    errors = {
        name: _("This cannot be a %(field)s.") % {"field": name}
        for name, shape in SHAPES.items()
        if not shape.fullmatch(getattr(row, name))
    }
    if row.property not in vocabulary.NAMES and not row.extension:
        errors["property"] = _(
            "USH has not published this name. Say expressly that it is an extension, or choose "
            "one of: %(names)s."
        ) % {"names": ", ".join(sorted(vocabulary.NAMES))}
    if row.kind not in MappingRow.Kind.values:
        errors["kind"] = _("There is no such conversion.")
    elif row.kind != SILENT and "property" not in errors:
        errors |= _kind_faults(row)
    return errors


def _kind_faults(row: MappingRow) -> dict[str, str]:
    """Say what of a row's words USH has not got for its property."""
    kind = KINDS[row.kind]
    if kind.by_table and not 0 < len(row.parameters) <= MOST_WORDS:
        return {"parameters": _("Give a word for each value, 1 to 200 of them.")}
    words = {word for word in row.parameters.values() if word} if kind.by_table else kind.gives
    samples = {"1"} if words is None else words
    unknown = sorted(
        word
        for word in samples
        if not vocabulary.allows(row.property, word, extension=row.extension)
    )
    if unknown and words is None:
        return {"kind": _("%(property)s is not a number.") % {"property": row.property}}
    if unknown:
        said = {"property": row.property, "words": ", ".join(unknown)}
        field = "parameters" if kind.by_table else "kind"
        return {field: _("%(property)s has no such value at USH: %(words)s.") % said}
    return {}


def _same_place(line: Any, row: MappingRow) -> bool:
    names = ("code", "category", "property", "suffix")
    return all(getattr(line, name) == getattr(row, name) for name in names)


def _flat(told: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    return {(ush_id, name): one.value for ush_id, of in told.items() for name, one in of.items()}


def _changes(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> list[Change]:
    keys = sorted(before.keys() | after.keys())
    return [
        Change(*key, before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    ]
