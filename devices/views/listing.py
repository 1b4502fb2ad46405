"""The device list: search line, facets and page in the URL, rows that follow the fleet."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from devices import census, filters, words
from devices.models import Device, SavedView
from devices.views import (
    columns,
    listing_address,
    listing_facets,
    listing_page,
    listing_relief,
    saved_views,
)
from devices.views.allowed import allowed
from devices.views.cells import drawn
from devices.views.listing_address import Asked
from devices.views.listing_page import MOST_COUNTED, Listed
from devices.views.rows import rows
from pages import keyset
from pages.shared import shared
from people.gates import require
from people.rights import Right

FACETS = "device-facets"  # the part of an open page that is counted after it


class Choice(NamedTuple):
    """One entry of a facet: its name, how many devices, and the search line that picks it."""

    name: str
    devices: int
    line: str


@require_GET
@require(Right.BROWSE)
@vary_on_headers("HX-Request")
@shared("device-table")
def listing(request: HttpRequest) -> HttpResponse:
    """Show the devices that the search line asks for."""
    now, language = timezone.now(), get_language() or "en"
    kept = listing_address.picked(request)
    if kept:
        return kept
    asked = listing_address.read(request, now)
    if request.headers.get("HX-Target") == FACETS:
        narrowing = {"addresses": listing_address.Addresses(request.GET)}
        narrowing |= listing_facets.shown(asked, language)
        return render(request, "devices/_facets.html", narrowing)
    shown = columns.described(asked.columns, asked.sort, language)
    size = keyset.size_of(request.GET.get("size"))
    most = listing_page.MOST_SORTED if is_refresh(request) else MOST_COUNTED
    listed = listing_page.read(asked, shown, request.GET.get("cursor"), size, most=most)
    page, found = listed.page, rows(listed.page.rows, now, language, shown)
    context = {
        "search": asked.search,
        "matching": listed.matching,
        "sort": asked.sort,
        "page": page,
        "sizes": keyset.SIZES,
        "columns": shown,
        "rows": found,
        "body": drawn(found, now),
        "hints": hints(asked.search, page),
        "reliefs": [] if found else listing_relief.offered(asked.search),
        **allowed(request),
    }
    if is_refresh(request):
        return render(request, "devices/_table.html", context)
    return render(
        request, "devices/list.html", context | surroundings(request, asked, listed, language)
    )


def is_refresh(request: HttpRequest) -> bool:
    """Whether an open page asks for its table anew."""
    return request.headers.get("HX-Target") == "device-table"


def hints(search: filters.Search, page: keyset.Page[Device]) -> list[str]:
    """Return what a person should know about what they typed or which link they followed."""
    return [*search.hints, *([filters.broken_cursor()] if page.broken else [])]


def selectable(matching: int, shown: int, most: int) -> int | None:
    """Return how many "select all matching" would take; None where it adds or takes nothing."""
    return matching if shown < matching <= most else None


def surroundings(
    request: HttpRequest, asked: Asked, listed: Listed, language: str
) -> dict[str, Any]:
    """Return what stands above the table: counts that are links, and what there is to choose."""
    tallies, search = census.by_category(), asked.search
    whole = census.whole(tallies)
    number = whole.total if listed.matching is None else listed.matching
    return {
        "whole": whole,
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
        "all_matching": whole.total,
        "selectable": selectable(number, len(listed.page.rows), listed.most),
        "most_counted": listed.most,
        "addresses": listing_address.Addresses(request.GET),
        "offered": columns.offered(asked.columns, tallies, language),
        **saved_views.menu(request, SavedView.Page.DEVICES, asked.as_query(request)),
        "facets": listing_facets.awaited() if "facets" in request.GET else None,
        "awaited": True,
    }
