"""What the address of the device list asks for: filter, order, columns. The page and its file."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from devices import filters
from devices.models import Device
from devices.querysets import DeviceQuerySet
from devices.views import columns
from pages import keyset

USUAL_SORT = "name"
NEWEST = keyset.Order("last_event_at", descending=True, nullable=True, kind=datetime)
ORDERS = {
    "name": keyset.Order("name"),
    "-name": keyset.Order("name", descending=True),
    "-last_event": NEWEST,
    "last_event": replace(NEWEST, turned=True),  # whoever never spoke comes first
}
KEEP = "keep"  # the picker's own parameter: its choice is remembered, not only shown
MOVED = ("q", "cursor")  # what another search line replaces
MOST_LINES = 2_000  # kept: of most pages the menus lead to the same
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Asked:
    """One reading of the address."""

    search: filters.Search
    sort: str
    columns: tuple[str, ...]

    @property
    def walked(self) -> keyset.Order:
        """How the rows follow each other, along an index."""
        return ORDERS[self.sort]

    @property
    def order(self) -> keyset.Order:
        """The same; few that match part of a name are sorted when found."""
        order = self.walked
        named = order.column == USUAL_SORT and self.search.is_telling
        return replace(order, gathered=True) if named else order

    @cached_property
    def found(self) -> DeviceQuerySet:
        """The devices that match, in no order."""
        return self.search.apply(Device.objects.all())

    def as_query(self, request: HttpRequest) -> QueryDict:
        """Return the address as it would be if nothing of it were remembered."""
        query = request.GET.copy()
        query["columns"] = ",".join(self.columns)
        if self.columns == columns.USUAL:
            del query["columns"]
        return query


def read(request: HttpRequest, now: datetime) -> Asked:
    """Read the address; nothing in it can do worse than become a hint."""
    sort = request.GET.get("sort", USUAL_SORT)
    names = columns.chosen(request.GET.get("columns"), request.COOKIES.get(columns.COOKIE))
    search = filters.parse(request.GET.get("q", ""), now)
    return Asked(search, sort if sort in ORDERS else USUAL_SORT, names)


class Addresses:
    """This page for other search lines, from the first page on.

    A page writes a hundred of them: what they have in common is written once.
    """

    def __init__(self, query: QueryDict) -> None:
        """Take what stays as it is."""
        kept = [(key, one) for key, values in query.lists() if key not in MOVED for one in values]
        self.begun = urlencode(kept)

    def of(self, line: str) -> str:
        """Return where a line leads."""
        asked = _asking(line) if line else ""
        return f"?{self.begun}&{asked}" if self.begun and asked else f"?{self.begun}{asked}"


@lru_cache(MOST_LINES)
def _asking(line: str) -> str:
    return urlencode({"q": line})


def picked(request: HttpRequest) -> HttpResponse | None:
    """Answer the picker: one readable parameter instead of many, remembered in this browser."""
    if KEEP not in request.GET:
        return None
    query = request.GET.copy()
    # with no column ticked, the usual ones come back
    wanted = "" if "usual" in query else ",".join(query.getlist("column"))
    names = ",".join(columns.chosen(wanted, None))
    for name in (KEEP, "usual", "column", "columns"):
        query.pop(name, None)
    answer = redirect(f"{request.path}?{_with(query, names)}")
    answer.set_cookie(
        columns.COOKIE, names, max_age=A_YEAR, samesite="Lax", secure=request.is_secure()
    )
    return answer


def _with(query: QueryDict, names: str) -> str:
    if names != ",".join(columns.USUAL):
        query["columns"] = names
    return query.urlencode(safe=",:")
