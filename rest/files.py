"""A finished file as a download that can be resumed: a part when the caller asks for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from django.http import HttpRequest

PART = 1 << 18  # bytes in memory at once
RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{0,18})")


def answer(
    request: HttpRequest, path: Path, media: str, digest: str
) -> HttpResponse | StreamingHttpResponse:
    """The file, or from the byte on that `Range` names; `digest` is its name for `If-Range`."""
    size, etag = path.stat().st_size, f'"{digest}"'
    span = _wanted(request, size, etag)
    head = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "ETag": etag,
    }
    if span is None:
        return HttpResponse(status=416, headers=head | {"Content-Range": f"bytes */{size}"})
    start, end = span
    if end - start < size:
        head["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    parts = _parts(path, start, end) if request.method != "HEAD" else iter(())
    return StreamingHttpResponse(
        # an async server takes parts as they come only from an async source
        _later(parts) if isinstance(request, ASGIRequest) else parts,
        status=206 if end - start < size else 200,
        content_type=media,
        headers=head | {"Content-Length": str(end - start)},
    )


def _wanted(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """From which byte up to which; None when none of them is there. Odd wishes get the whole."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", etag) != etag:
        return 0, size
    start, last = int(asked[1]), int(asked[2] or size - 1)
    return (start, min(last + 1, size)) if start < size and start <= last else None


def _parts(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while part := file.read(min(PART, end - file.tell())):
            yield part


async def _later(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (part := await sync_to_async(_next)(parts)) is not None:
        yield part


def _next(parts: Iterator[bytes]) -> bytes | None:
    return next(parts, None)
