"""Walking a device's logs, page by page, in both editions.

Tells a window read to its end from one given up. Rules: doc "query device logs" (2024-09-10) for
the parameters; tinytuya PR#219, PR#236 and #349 for how it behaves: a page may be short or empty
although more follows, the cursor may stand still, keys may be missing at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from . import wire
from .errors import Unintelligible
from .exchange import Request
from .wire import EVENT_TYPES, LogCursor, LogPage, LogRow

ENDPOINT = "GET /v1.0/devices/{id}/logs"
SIZE = 100  # rows a page: the vendor's cap
MAX_PAGES = 400  # of one window: 40,000 rows; more than that is a cursor gone mad
EDITIONS = {"free": "1", "paid": "2"}


def request(
    device_id: str,
    path: str,
    *,
    edition: str,
    start_ms: int,
    end_ms: int,
    cursor: LogCursor | None = None,
    types: Iterable[int] = EVENT_TYPES,
) -> Request:
    """Build one page's call. All parameters but the cursor stay the same from page to page."""
    query = {
        "type": ",".join(str(event) for event in types),
        "start_time": str(start_ms),
        "end_time": str(end_ms),
        "size": str(SIZE),
        "query_type": EDITIONS[edition],
    }
    if cursor is not None:
        query |= _resume(cursor, edition)
    return Request(endpoint=ENDPOINT, path=path, query=query, device_id=device_id)


def _resume(cursor: LogCursor, edition: str) -> dict[str, str]:
    if edition == "free":
        return {"start_row_key": cursor.row_key}
    return {"last_row_key": cursor.row_key, "last_event_time": str(cursor.event_time or 0)}


def page(raw: wire.Json, *, edition: str, device_id: str) -> LogPage:
    """Read one page. `last` needs the vendor's word: has_next false, or no key to go on."""
    if not isinstance(raw, Mapping) or not isinstance(
        items := raw.get("logs", raw.get("list")), list
    ):
        raise Unintelligible("a page of logs without logs", endpoint=ENDPOINT, device_id=device_id)
    rows = tuple(row for item in items if (row := wire.log_row(item)) is not None)
    more = wire.flag(raw.get("has_next", raw.get("has_more")))
    cursor = None if more is False else _cursor(raw, rows, edition)
    lost = edition == "paid" and more is True and cursor is None
    return LogPage(
        rows=rows,
        cursor=cursor,
        last=cursor is None and not lost,
        why="more rows are announced but no row key to continue from" if lost else "",
        count=wire.number(raw.get("count", raw.get("total"))),
        unreadable=len(items) - len(rows),
    )


def _cursor(raw: Mapping[str, Any], rows: tuple[LogRow, ...], edition: str) -> LogCursor | None:
    if edition == "free":
        key = wire.text(raw.get("next_row_key"))
        return LogCursor(row_key=key) if key else None
    if not rows or not rows[-1].row:
        return None
    return LogCursor(row_key=rows[-1].row, event_time=rows[-1].event_time)


def walk(
    read: Callable[[LogCursor | None], LogPage], *, max_pages: int = MAX_PAGES
) -> Iterator[LogPage]:
    """Yield all pages of one window. The final one is `last`, or says in `why` it is not."""
    cursor: LogCursor | None = None
    seen: set[LogCursor] = set()
    for number in range(1, max_pages + 1):
        found = read(cursor)
        cursor = found.cursor
        if cursor is None:
            yield found
            return
        if cursor in seen:
            yield replace(found, cursor=None, why="the cursor came back to a page already read")
            return
        if number == max_pages:
            yield replace(found, why=f"more than {max_pages} pages in one window")
            return
        seen.add(cursor)
        yield found
