"""The device list as a file: exactly the columns, filter and order that the page shows."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override

from devices.querysets import DeviceQuerySet
from devices.views import columns, listing_address
from devices.views.columns import Column
from devices.views.rows import Cell, Row, listed, rows
from pages import badges, keyset
from pages.moments import stamp
from people.gates import require
from people.rights import Right
from rest import exports

CHUNK = 1_000  # devices of the file that are in memory at once

# What the composed columns say in words; times are UTC with milliseconds.
COMPOSED: dict[str, Callable[[Row], str]] = {
    "state": lambda row: str(badges.badge(row.state).word),
    "name": lambda row: row.device.name,
    "product": lambda row: row.device.product.name if row.device.product else "",
    "values": lambda row: "; ".join(f"{one.name} {one.text}" for one in row.values),
    "event": lambda row: stamp(row.device.last_event_at) if row.device.last_event_at else "",
    "history": lambda row: f"{row.ribbon.percent} %" if row.ribbon else "",
    "ush": lambda row: str(badges.badge(row.delivery.state).word) if row.delivery else "",
}


@require(Right.BROWSE)
async def export(request: HttpRequest) -> HttpResponseBase:
    """Send every device of the filter while it is read; a hundred thousand need no memory."""
    now, language = timezone.now(), get_language() or "en"
    found, order, shown = await sync_to_async(_asked)(request, now, language)
    file = f"fleet-devices-{now:%Y%m%dT%H%M%SZ}.csv"
    return StreamingHttpResponse(
        _lines(found, order, shown, now, language),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{file}"',
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        },
    )


def _asked(
    request: HttpRequest, now: datetime, language: str
) -> tuple[DeviceQuerySet, keyset.Order, list[Column]]:
    """Read what is wanted; a product's name is looked up on the way, so not in the event loop."""
    asked = listing_address.read(request, now)
    # an id names a device where a name may not
    wanted = tuple(dict.fromkeys(("id", *asked.columns)))
    shown = columns.described(wanted, asked.sort, language)
    return listed(asked.found, shown), asked.order, shown


async def _lines(
    found: DeviceQuerySet,
    order: keyset.Order,
    shown: Sequence[Column],
    now: datetime,
    language: str,
) -> AsyncIterator[bytes]:
    yield _written([[str(column.title) for column in shown]])
    cursor: str | None = None
    while True:
        text, cursor = await sync_to_async(_chunk)(found, order, cursor, shown, now, language)
        yield text
        if cursor is None:
            return


def _chunk(
    found: DeviceQuerySet,
    order: keyset.Order,
    cursor: str | None,
    shown: Sequence[Column],
    now: datetime,
    language: str,
) -> tuple[bytes, str | None]:
    page = keyset.page(found, order, cursor, CHUNK)
    with override(language):
        read = rows(page.rows, now, language, shown)
        texts = [[_text(row, cell) for cell in row.cells] for row in read]
    return _written(texts), page.next


def _text(row: Row, cell: Cell) -> str:
    composed = COMPOSED.get(cell.column.name)
    if composed:
        return composed(row)
    return stamp(cell.at) if cell.at else cell.text


def _written(lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([exports.harmless(one) for one in line] for line in lines)
    return text.getvalue().encode("utf-8", "replace")
