"""Turns the parameters `cursor`, `page_size` and `count` of a list call into a page of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from rest_framework.response import Response

from rest import cursors, written
from rest.problems import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet
    from rest_framework.request import Request

PARAMETERS = ("cursor", "page_size", "count")
PAGE_SIZE = 50
LARGEST_PAGE = 500


def answer(
    request: Request,
    queryset: QuerySet[Any, Any],
    order: Sequence[str],
    rows: Callable[[list[Any]], list[Any]],
) -> Response:
    """The page that the request asks for, its rows written by `rows`, with links both ways."""
    links, found = _found(request, queryset, order)
    return Response(links | {"results": rows(found)})


def answer_written(
    request: Request,
    queryset: QuerySet[Any, Any],
    order: Sequence[str],
    rows: Callable[[list[Any]], list[bytes]],
) -> Response:
    """The same where `rows` gives JSON."""
    links, found = _found(request, queryset, order)
    return Response(written.Page(links, rows(found)))


def _found(
    request: Request, queryset: QuerySet[Any, Any], order: Sequence[str]
) -> tuple[dict[str, Any], list[Any]]:
    found = cut(request, queryset, order)
    following, previous = _links(request, found.next, found.previous)
    links: dict[str, Any] = {"next": following, "previous": previous}
    if request.query_params.get("count") in ("1", "true"):
        links["count"] = cursors.count(queryset)
    return links, found.rows


def cut(request: Request, queryset: QuerySet[Any, Any], order: Sequence[str]) -> cursors.Page:
    """The rows themselves; a bad cursor or size is answered 400."""
    cursor = request.query_params.get("cursor") or None
    try:
        return cursors.page(queryset, order, cursor, size(request))
    except cursors.BadCursorError as fault:
        words = _("This cursor was altered or belongs to another list: start without one.")
        raise Problem(400, "bad_cursor", words) from fault


def size(request: Request) -> int:
    """How many rows are wanted."""
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        raise invalid({"page_size": [_("1 to %(most)s, please.") % {"most": LARGEST_PAGE}]})
    return int(text)


def _links(request: Request, *ways: str | None) -> list[str | None]:
    """The addresses of the pages that these cursors name; counting is not asked for again."""
    if not any(ways):
        return [None] * len(ways)
    kept = [name for name in request.query_params if name not in ("count", "cursor")]
    given = [(name, value) for name in kept for value in request.query_params.getlist(name)]
    here = request.build_absolute_uri(escape_uri_path(request.path))
    return [one and f"{here}?{urlencode(sorted([*given, ('cursor', one)]))}" for one in ways]
