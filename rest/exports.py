"""Whole lists as CSV or NDJSON, sent while they are read: however long, one chunk is in memory.

A chunk begins where the last one ended, as pages do, and no transaction is held open meanwhile: a
row is in the export as it was when its chunk was read.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections, connection
from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from rest import cursors, paging, queries
from rest.problems import invalid
from rest.written import Json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from rest_framework.request import Request

logger = logging.getLogger(__name__)

PARAMETER = "format"
CHUNK = 1_000  # rows in memory at once
# What a spreadsheet takes for the beginning of a formula; the wide ones count in Chinese ones.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
HARMLESS = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|[+-][0-9]{2}:[0-9]{2}")


class Csv(BaseRenderer):
    """Lets a caller ask for CSV; `answer` writes it."""

    media_type = "text/csv"
    format = "csv"


class Ndjson(BaseRenderer):
    """Lets a caller ask for a JSON object a line; `answer` writes it."""

    media_type = "application/x-ndjson"
    format = "ndjson"


FORMATS = (Json, Csv, Ndjson)


class Negotiation(DefaultContentNegotiation):
    """Leaves a wrong `format` to the call, which refuses it once it knows who asks."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:  # noqa: A002 - as DRF names it
        """Choose by `format`, where there is such a one."""
        return [one for one in renderers if one.format == format] or renderers


@dataclass(frozen=True, slots=True)
class Table:
    """What to export: rows in an order that names each apart, and how they are written."""

    rows: QuerySet[Any, Any]
    order: Sequence[str]
    written: Callable[[list[Any]], list[dict[str, Any]]]
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows as text; `after` is where the next piece begins, None at the end and the head."""

    text: bytes
    rows: list[dict[str, Any]]
    after: str | None


def wanted(request: Request) -> str | None:
    """`csv` or `ndjson` when the whole list is wanted, by `format` or by `Accept`."""
    kind = request.accepted_renderer.format
    if kind == Json.format:
        return None
    for name in paging.PARAMETERS:
        if name in request.query_params:
            raise invalid({name: [_("A whole list has no pages.")]})
    return str(kind)


def refuse_unknown(request: Request, formats: Iterable[type[BaseRenderer]]) -> None:
    """Answer 400 for a `format` that the call does not have."""
    queries.choice(request.query_params, PARAMETER, [str(one.format) for one in formats])


def answer(
    request: Request, table: Table, kind: str, name: str, now: datetime
) -> StreamingHttpResponse:
    """The whole table as a download; a fault on the way breaks the connection off."""
    parts = lines(table, kind) if request.method != "HEAD" else iter(())
    file = f"fleet-{name}-{now:%Y%m%dT%H%M%SZ}.{kind}"
    media = {"csv": "text/csv; charset=utf-8", "ndjson": Ndjson.media_type}[kind]
    # an async server takes parts as they come only from an async source
    is_async = isinstance(request._request, ASGIRequest)  # noqa: SLF001 - DRF hides it
    return StreamingHttpResponse(
        _awaited(parts) if is_async else parts,
        content_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{file}"',
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        },
    )


async def _awaited(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (part := await sync_to_async(_next)(parts)) is not None:
        yield part


def _next(parts: Iterator[bytes]) -> bytes | None:
    try:
        return next(parts, None)
    finally:
        if not connection.in_atomic_block:  # as it is for a test that is one transaction
            close_old_connections()  # a slow reader must not keep a connection from others


def lines(table: Table, kind: str) -> Iterator[bytes]:
    """The export, a chunk at a time, in the language of the moment at which it was asked for."""
    return _lines(pieces(table, kind))


def _lines(found: Iterator[Piece]) -> Iterator[bytes]:
    count = 0
    try:
        for piece in found:
            count += len(piece.rows)
            yield piece.text
    except GeneratorExit:
        raise
    except BaseException:
        logger.exception("export broken off", extra={"rows": count})
        raise


def pieces(table: Table, kind: str, after: str | None = None) -> Iterator[Piece]:
    """The export in pieces, from the beginning or from where an earlier one ended."""
    write = {"csv": _csv, "ndjson": _ndjson}[kind]
    return _pieces(table, write, translation.get_language() or "en", after)


def _pieces(
    table: Table,
    write: Callable[[Sequence[str], list[dict[str, Any]] | None], bytes],
    spoken: str,
    cursor: str | None,
) -> Iterator[Piece]:
    if cursor is None:
        yield Piece(write(table.columns, None), [], None)
    while True:
        found = cursors.page(table.rows, table.order, cursor, CHUNK)
        with translation.override(spoken):
            rows = table.written(found.rows) if found.rows else []
        if rows:
            yield Piece(write(table.columns, rows), rows, found.next)
        if found.next is None:
            return
        cursor = found.next


def _ndjson(columns: Sequence[str], rows: list[dict[str, Any]] | None) -> bytes:
    return b"".join(
        msgspec.json.encode({name: row[name] for name in columns}) + b"\n" for row in rows or ()
    )


def _csv(columns: Sequence[str], rows: list[dict[str, Any]] | None) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    if rows is None:
        writer.writerow(columns)
    for row in rows or ():
        writer.writerow([cell(row[name]) for name in columns])
    return text.getvalue().encode("utf-8", "replace")


def cell(value: Any) -> Any:
    """One value as a spreadsheet may see it: texts harmless, lists and objects as JSON."""
    kind = type(value)  # compared by identity: this runs a dozen times for each of a million rows
    if kind is str:
        return harmless(value) if value[:1] in FORMULA else value
    if value is None or kind is int or kind is float:
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def harmless(text: str) -> str:
    """Keep a spreadsheet from running a device's name: what would start a formula is quoted."""
    if text[:1] not in FORMULA or HARMLESS.fullmatch(text):
        return text
    return f"'{text}"
