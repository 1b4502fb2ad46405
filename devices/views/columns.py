"""The columns of the device list: chosen in the address, remembered in a cookie, told as text.

`dp:switch_1` is a column of its own: the value of one data point. The name is always shown.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy as _p

from devices import words
from devices.census import Tally
from devices.models import Device

COOKIE = "fleet_columns"
VALUE = "dp:"
MOST = 20  # columns that one list shows; a wider one is read by nobody
LONGEST_CODE = 64
MOST_OFFERED = 24  # codes that the picker proposes
MOST_PICKERS = 100  # kept: few choose other columns than the usual
MOST_TITLES = 1_000  # kept: of each language some forty are asked for at every turn

TITLES = {
    "state": _l("State"),
    "name": _l("Name"),
    "product": _l("Product"),
    "values": _l("Values"),
    "event": _l("Last event"),
    "history": _l("History"),
    "ush": "USH",
    "since": _l("State since"),
    "category": _l("Category"),
    "gateway": _l("Gateway"),
    "tags": _l("Tags"),
    "id": _l("Device id"),
    "uuid": "UUID",
    "sn": _l("Serial number"),
    "mac": "MAC",
    "zone": _p("column", "Time zone"),
    "paired": _l("Paired"),
    "first_seen": _l("First seen"),
    "updated": _l("Changed in the cloud"),
}
USUAL = ("state", "name", "product", "values", "event", "history", "ush")
ORDERED = {"name": ("name", "-name"), "event": ("-last_event", "last_event")}

# Of these a cell is the device's own text; of the others a moment.
TEXTS: dict[str, Callable[[Device], str]] = {
    "gateway": lambda device: device.gateway_id,
    "tags": lambda device: ", ".join(device.tags),
    "id": lambda device: device.device_id,
    "uuid": lambda device: device.uuid,
    "sn": lambda device: device.sn,
    "mac": lambda device: device.mac,
    "zone": lambda device: device.time_zone,
}
MOMENTS: dict[str, Callable[[Device], datetime | None]] = {
    "paired": lambda device: device.active_at,
    "first_seen": lambda device: device.first_seen_at,
    "updated": lambda device: device.updated_at,
}


# What a row does not bring anyway, by the column that shows it.
FIELDS = {
    "gateway": ("gateway_id",),
    "uuid": ("uuid",),
    "sn": ("sn",),
    "mac": ("mac",),
    "paired": ("active_at",),
    "first_seen": ("first_seen_at",),
    "updated": ("updated_at",),
}


class Column(NamedTuple):
    """One column; `code` is set where it shows a data point, `sort` leads to its order."""

    name: str
    title: str
    code: str = ""
    sort: str = ""
    sorted: str = ""  # as aria-sort says it


class Offer(NamedTuple):
    """One line of the picker."""

    name: str
    title: str
    chosen: bool


def chosen(names: str | None, remembered: str | None) -> tuple[str, ...]:
    """Return the columns that the address names, else the remembered ones, else the usual."""
    return _known(names) or _known(remembered) or USUAL


def _known(names: str | None) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one for one in (names or "").split(",") if _is_known(one)))[:MOST]
    return found if not found or "name" in found else ("name", *found)


def _is_known(name: str) -> bool:
    code = name.removeprefix(VALUE)
    fits = code.isprintable() and code.isascii() and 0 < len(code) <= LONGEST_CODE
    return name in TITLES or (name.startswith(VALUE) and fits)


def described(names: Iterable[str], sort: str, language: str) -> list[Column]:
    """Return the columns with their titles, and where a click on a title leads."""
    return [_column(name, sort, language) for name in names]


def _column(name: str, sort: str, language: str) -> Column:
    if name.startswith(VALUE):
        code = name.removeprefix(VALUE)
        return Column(name, words.code_label(code, language), code)
    first, second = ORDERED.get(name, ("", ""))
    way = "descending" if sort.startswith("-") else "ascending"
    return Column(
        name,
        str(TITLES[name]),
        sort=second if sort == first else first,
        sorted=way if first and sort in (first, second) else "",
    )


def offered(names: tuple[str, ...], tallies: Iterable[Tally], language: str) -> SafeString:
    """Return the picker's lines as HTML: what is shown, in its order, then what else there is."""
    return _drawn(names, tuple(one.category for one in tallies if one.total), language)


@lru_cache(MOST_PICKERS)
def _drawn(names: tuple[str, ...], categories: tuple[str, ...], language: str) -> SafeString:
    codes = [code for one in categories for code in words.key_codes(one)]
    values = [VALUE + code for code in dict.fromkeys(codes)][:MOST_OFFERED]
    every = dict.fromkeys([*names, *TITLES, *values])
    offers = [Offer(name, title(name, language), name in names) for name in every]
    template = get_template("devices/_list_columns.jinja.html", using="jinja2")
    return SafeString(template.render({"offered": offers}))


@lru_cache(MOST_TITLES)
def title(name: str, language: str) -> str:
    """Return a column's title; that of a data point keeps its code, since names repeat."""
    if not name.startswith(VALUE):
        return str(TITLES[name])
    code = name.removeprefix(VALUE)
    return _("%(name)s (%(code)s)") % {"name": words.code_label(code, language), "code": code}
