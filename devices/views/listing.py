"""The device list: search line, facets and page in the URL, rows that follow the fleet."""

from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from devices import census, filters, words
from devices.models import Device
from devices.views.allowed import allowed
from devices.views.rows import listed, rows
from pages import keyset
from people.gates import require
from people.rights import Right

ORDERS = {
    "name": keyset.Order("name"),
    "-name": keyset.Order("name", descending=True),
    "-last_event": keyset.Order("last_event_at", descending=True, nullable=True, kind=datetime),
    "last_event": keyset.Order("last_event_at", nullable=True, kind=datetime),
}
MOST_COUNTED = 10_000


class Choice(NamedTuple):
    """One entry of a facet: its name, how many devices, and the search line that picks it."""

    name: str
    devices: int
    line: str


@require_GET
@require(Right.BROWSE)
@vary_on_headers("HX-Request")
def listing(request: HttpRequest) -> HttpResponse:
    """Show the devices that the search line asks for."""
    now, language = timezone.now(), get_language() or "en"
    search = filters.parse(request.GET.get("q", ""), now)
    sort = request.GET.get("sort", "name")
    order = ORDERS.get(sort, ORDERS["name"])
    found = search.apply(Device.objects.all())
    page = keyset.page(
        listed(found), order, request.GET.get("cursor"), keyset.size_of(request.GET.get("size"))
    )
    context = {
        "search": search,
        "sort": sort if sort in ORDERS else "name",
        "page": page,
        "sizes": keyset.SIZES,
        "rows": rows(page.rows, now, language),
        "hints": hints(search, page),
        **allowed(request),
    }
    if is_refresh(request):
        return render(request, "devices/_table.html", context)
    return render(request, "devices/list.html", context | surroundings(search, found, language))


def is_refresh(request: HttpRequest) -> bool:
    """Whether an open page asks for its table anew."""
    return request.headers.get("HX-Target") == "device-table"


def hints(search: filters.Search, page: keyset.Page[Device]) -> list[str]:
    """Return what a person should know about what they typed or which link they followed."""
    return [*search.hints, *([filters.broken_cursor()] if page.broken else [])]


def surroundings(search: filters.Search, found: Any, language: str) -> dict[str, Any]:
    """Return what stands above the table: counts that are links, and what there is to choose."""
    tallies = census.by_category()
    return {
        "whole": census.whole(tallies),
        "busy": census.in_operation(),
        "categories": [
            Choice(
                words.category_name(one.category, language),
                one.total,
                search.replacing("category", one.category),
            )
            for one in tallies
            if one.category and one.total
        ],
        "matching": None if search.is_empty else found[: MOST_COUNTED + 1].count(),
        "most_counted": MOST_COUNTED,
        "keys": list(filters.KEYS),
    }
