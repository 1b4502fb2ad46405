"""The rows of the device list as HTML, one function for each column: a page has hundreds of cells.

Decides nothing: what a row says is in it. Whatever a person or a cloud wrote is escaped here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from devices import filters
from devices.datapoints import Reading
from devices.views.rows import Cell, Row
from pages import marks
from pages.marks import NOTHING, escape


class Pen(NamedTuple):
    """What all rows of a page share: the words of its language, looked up once."""

    when: Callable[[datetime | None], SafeString]
    badges: Mapping[str, SafeString]
    select: str
    busy: str
    proven: str
    unheard: str


def drawn(rows: Sequence[Row], now: datetime) -> SafeString:
    """Return the rows as HTML: of fifty rows, once the most of a page's work."""
    pen = Pen(
        marks.clock(now),
        marks.usual_badges(get_language() or ""),
        _("Select %(name)s"),
        escape(_("In an operation")),
        escape(_("%(percent)s %% of the last 7 days proven")),
        escape(_("USH has no word for anything this device says.")),
    )
    return SafeString("".join([_row(row, pen) for row in rows]))


def _row(row: Row, pen: Pen) -> str:
    device, name = row.device, row.device.name or row.device.device_id
    cells = "".join([COMPOSED.get(cell.column.name, _own)(row, cell, pen) for cell in row.cells])
    return (
        f'<tr id="device-{device.pk}" data-device-zone="{escape(device.time_zone)}">\n'
        '<td class="fleet-tick"><input type="checkbox" class="form-check-input" name="device" '
        f'value="{escape(device.device_id)}" data-select '
        f'aria-label="{escape(pen.select % {"name": name})}"></td>\n{cells}</tr>\n'
    )


def _state(row: Row, _cell: Cell, pen: Pen) -> str:
    since = pen.when(row.since) if row.since else ""
    return (
        f'<td class="fleet-state">{pen.badges[row.state]} '
        f'<span class="fleet-since">{since}</span></td>\n'
    )


def _name(row: Row, _cell: Cell, pen: Pen) -> str:
    device = row.device
    tags = "".join([_tag(tag) for tag in device.tags]) if device.tags else ""
    return (
        f'<td class="fleet-name fleet-first">\n<a href="/devices/{_quoted(device.device_id)}/">'
        f"{escape(device.name or device.device_id)}</a>\n{_busy(row, pen)}"
        f"<div>{marks.copyable(device.device_id, 'id')}{tags}</div>\n</td>\n"
    )


def _busy(row: Row, pen: Pen) -> str:
    if not row.operation:
        return ""
    return (
        f'<a class="fleet-busy fleet-badge" href="/operations/{row.operation}/" '
        f'title="{pen.busy}">{marks.icon("loader-2")}#{row.operation}</a>\n'
    )


def _tag(tag: str) -> str:
    where = f"?q=tag:{_quoted(filters.quoted(tag))}"
    return f' <a class="fleet-chip fleet-tag" href="{where}">{escape(tag)}</a>'


def _product(row: Row, _cell: Cell, _pen: Pen) -> str:
    return f'<td class="fleet-wide fleet-product">{row.kind}</td>\n'


def _values(row: Row, _cell: Cell, _pen: Pen) -> str:
    return f'<td class="fleet-wide"><span class="fleet-chips">{row.chips or NOTHING}</span></td>\n'


def _event(row: Row, cell: Cell, pen: Pen) -> str:
    return _moment(cell, row.device.last_event_at, pen)


def _history(row: Row, _cell: Cell, pen: Pen) -> str:
    one, strip = row.ribbon, NOTHING
    if one:
        said = pen.proven % {"percent": one.percent}
        strip = marks.ribbon(one.segments, one.start, one.end, said)
    return f'<td class="fleet-history">{strip}</td>\n'


def _ush(row: Row, _cell: Cell, pen: Pen) -> str:
    said = (
        f'<span class="fleet-told">{pen.badges[row.delivery.state]}</span>'
        if row.delivery
        else f'<span class="text-secondary" title="{pen.unheard}">–</span>'
    )
    return f'<td class="fleet-told-cell" data-label="USH">{said}</td>\n'


COMPOSED: dict[str, Callable[[Row, Cell, Pen], str]] = {
    "state": _state,
    "name": _name,
    "product": _product,
    "values": _values,
    "event": _event,
    "history": _history,
    "ush": _ush,
}


def _own(row: Row, cell: Cell, pen: Pen) -> str:
    """Write a cell that has something of its own: a data point, a moment or a text."""
    if cell.reading:
        return _reading(row, cell, cell.reading)
    if cell.at:
        return _moment(cell, cell.at, pen)
    label, text = escape(cell.column.title), escape(cell.text)
    if cell.column.name == "gateway" and text:
        where = f"/devices/{_quoted(cell.text)}/"
        return (
            f'<td data-label="{label}"><a class="fleet-small-id" href="{where}">{text}</a></td>\n'
        )
    return f'<td class="fleet-plain" data-label="{label}">{text or "–"}</td>\n'


def _moment(cell: Cell, at: datetime | None, pen: Pen) -> str:
    return f'<td data-label="{escape(cell.column.title)}">{pen.when(at)}</td>\n'


def _reading(row: Row, cell: Cell, reading: Reading) -> str:
    right = " fleet-right" if reading.kind == "number" else ""
    bad = "" if reading.valid else " fleet-bad"
    why = f' title="{escape(reading.problem)}"' if reading.problem else ""
    return (
        f'<td class="fleet-plain{right}{bad}" data-label="{escape(cell.column.title)}"{why}>'
        f"{marks.swatch(reading.css) if reading.css else ''}"
        f'<span data-flash="{row.device.pk}-{escape(reading.code)}">{escape(cell.text)}</span>'
        "</td>\n"
    )


def _quoted(text: str) -> str:
    """Write a text as a part of an address; nearly every id is one already."""
    return text if text.isalnum() and text.isascii() else escape(quote(text))
