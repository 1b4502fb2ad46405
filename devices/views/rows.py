"""A page of the device list: what each row shows, read for all rows at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.utils.safestring import SafeString

from devices import words
from devices.datapoints import Reading
from devices.models import Device
from devices.plans import OPEN
from devices.portrait import OWED, hold_books
from devices.querysets import REPORT, DeviceQuerySet
from devices.specified import bring, specification
from devices.views import columns, standing
from devices.views.columns import Column
from pages import marks
from reporting.standings import Standing, standings

MOST_VALUES = 3
# What a row needs whichever columns are shown; of the rest each column names its own.
ALWAYS = (
    *("device_id", "name", "category", "product", "state", "state_since", "online", "online_since"),
    "retired_at",
    *("status", "tags", "time_zone", "last_event_at"),
)
LEDGER = ("coverage__since", "coverage__complete", "coverage__lost")


class Cell(NamedTuple):
    """One cell; of a data point it has a reading, of a moment `at`, else a text.

    In the order in which the template takes it apart.
    """

    column: Column
    text: str = ""
    at: datetime | None = None
    reading: Reading | None = None


class Row(NamedTuple):
    """One device of the list; what no column shows is left empty."""

    device: Device
    state: str
    since: datetime | None
    category: str
    icon: str
    values: tuple[Reading, ...]
    ribbon: standing.Ribbon | None
    delivery: Standing | None
    operation: int | None
    cells: tuple[Cell, ...] = ()

    @property
    def product(self) -> str:
        """Return what the vendor calls this kind of device."""
        found = self.device.product
        return (found.name if found else "") or self.device.product_id or ""

    @property
    def chips(self) -> SafeString:
        """Return the values as HTML; nothing where there are none."""
        drawn = (
            marks.chip(one.name, one.text, f"{self.device.pk}-{one.code}", one.problem, one.css)
            for one in self.values
        )
        return SafeString("".join(drawn))

    @property
    def kind(self) -> SafeString:
        """Return product and category with their icon, as HTML."""
        return _kind(self.icon, self.product, self.category)


def listed(devices: DeviceQuerySet, shown: Sequence[Column] = ()) -> DeviceQuerySet:
    """Bring what the columns show and nothing else; secrets and long texts stay in the database."""
    more = [field for one in shown for field in columns.FIELDS.get(one.name, ())]
    if not _shows("history", shown):
        return devices.only(*ALWAYS, *more)
    return devices.with_books().only(*ALWAYS, *LEDGER, *more)


# Of a page that is found by its ids all of this is written out: Django took twice as long for it.
WITH_BOOKS = """
SELECT {columns}, {owed}, (SELECT before FROM devices_letgo WHERE event_id = %s)
FROM devices_device one LEFT JOIN devices_coverage owed ON owed.device_id = one.id
WHERE one.id = ANY(%s)
"""
PLAIN = "SELECT {columns} FROM devices_device one WHERE one.id = ANY(%s)"


def by_id(ids: list[int], shown: Sequence[Column]) -> dict[int, Device]:
    """Return the same of these devices; one that is gone is left out."""
    names = _read(tuple(one.name for one in shown))
    booked = _shows("history", shown)
    with connection.cursor() as cursor:
        words = (WITH_BOOKS if booked else PLAIN).format(
            columns=", ".join(f"one.{name}" for name in names),
            owed=", ".join(f"owed.{name}" for name in OWED),
        )
        cursor.execute(words, [REPORT, ids] if booked else [ids])
        found = cursor.fetchall()
    return {row[0]: _device(names, row) for row in found}


@lru_cache(100)
def _read(shown: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that are read, the id first."""
    more = [field for name in shown for field in columns.FIELDS.get(name, ())]
    always = ("product_id" if name == "product" else name for name in ALWAYS)
    return tuple(dict.fromkeys(("id", *always, *more)))


def _device(names: tuple[str, ...], row: Sequence[Any]) -> Device:
    """Return a row as a device, with its books where they were asked for; JSON comes as text."""
    width = len(names)
    device = Device.from_db("default", names, row[:width])
    device.status = json.loads(device.status)
    if len(row) > width:
        *owed, before = row[width:]
        hold_books(device, owed, before)
    return device


def _shows(name: str, shown: Sequence[Column]) -> bool:
    return any(one.name == name for one in shown)


def rows(
    devices: Sequence[Device], now: datetime, language: str, shown: Sequence[Column] = ()
) -> list[Row]:
    """Return the rows of these devices with the columns shown: three queries, however many.

    With no columns named they are a gateway's few lines, which show values and nothing composed.
    """
    ribbons, valued = _shows("history", shown), not shown or _shows("values", shown)
    bring(devices)
    keys = (device.device_id for device in devices)
    told = standings(keys) if _shows("ush", shown) else {}
    busy = _busy([device.pk for device in devices])
    # What a column composes from the row has nothing of its own: one cell for all rows.
    composed = {one: Cell(one) for one in shown if _is_composed(one)}
    return [
        Row(
            device=device,
            state=standing.state(device),
            since=standing.since(device),
            category=words.category_name(device.category, language),
            icon=words.category_icon(device.category),
            values=key_values(device, language) if valued else (),
            ribbon=standing.ribbon(device, now) if ribbons else None,
            delivery=told.get(device.device_id),
            operation=busy.get(device.pk),
            cells=tuple(composed.get(one) or cell(device, one, language) for one in shown),
        )
        for device in devices
    ]


@lru_cache(1_000)
def _kind(icon: str, product: str, category: str) -> SafeString:
    """Write what kind of thing it is: of fifty rows a handful differ."""
    named = f"{marks.icon(icon)} {marks.escape(product or '–')}"
    if category.lower() == product.lower():
        return SafeString(named)
    return SafeString(
        f'{named} <span class="text-secondary">· {marks.escape(category or "–")}</span>'
    )


# Written out, it costs a fifth: the list asks it at every turn.
BUSY = """
SELECT device_id, operation_id FROM devices_operationitem
WHERE device_id = ANY(%s) AND outcome = ANY(%s)
"""


def _busy(ids: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(BUSY, [ids, [one.value for one in OPEN]])
        return dict(cursor.fetchall())


def _is_composed(column: Column) -> bool:
    own = column.name in columns.TEXTS or column.name in columns.MOMENTS
    return not (column.code or own or column.name in ("category", "since"))


def cell(device: Device, column: Column, language: str) -> Cell:
    """Return what a device says in a column of its own."""
    if column.code:
        if column.code not in device.status:
            return Cell(column)
        spec = specification(device.product)
        reading = spec.read(column.code, device.status[column.code], language)
        return Cell(column, reading.text, reading=reading)
    if column.name == "category":
        return Cell(column, words.category_name(device.category, language))
    if column.name == "since":
        return Cell(column, at=standing.since(device))
    if column.name in columns.MOMENTS:
        return Cell(column, at=columns.MOMENTS[column.name](device))
    return Cell(column, columns.TEXTS[column.name](device))


def key_values(device: Device, language: str) -> tuple[Reading, ...]:
    """Return the two or three values that tell most about a device of its category."""
    spec = specification(device.product)
    telling = [code for code in words.key_codes(device.category) if code in device.status]
    # An unknown category, or a product that spells its codes its own way: the first plain values.
    plain = [
        code
        for code, value in device.status.items()
        if code not in telling and isinstance(value, bool | int | float)
    ]
    codes = (telling or plain[:2])[:MOST_VALUES]
    return tuple(spec.read(code, device.status[code], language) for code in codes)
