"""An event, and the bytes in which PostgreSQL takes many of them at once. Touches no database.

History arrives by the ten thousand, and of what a row costs the packing is the dearest part in
Python: the whole row is packed here in one go instead of value by value.
Form: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 (binary format).
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds() * 1000)
LONGEST_CODE = 64
SMALLEST, LARGEST = -32_768, 32_767  # of a smallint: event and source numbers

COLUMNS = (
    "device_id, event_time, received_at, not_before, digest, event_id, source_id, provenance,"
    " code, value, raw"
)
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
PIECE = 250  # rows
JSONB_VERSION = b"\x01"

# Each value is its length and its bytes; eleven of them make a row.
_WHEN = struct.Struct(">hiqiqiq").pack  # eleven, device_id, event_time, received_at
_MOMENT = struct.Struct(">iq").pack
_WHAT = struct.Struct(">iiih").pack  # digest, event_id
_SMALL = struct.Struct(">ih").pack
_LENGTH = struct.Struct(">i").pack
_MIDNIGHT_2000_MS = 946_684_800_000  # PostgreSQL counts from there

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. Times in ms since 1970, by the vendor's clock."""

    device: int
    at: int
    event_id: int
    provenance: int
    code: str = ""
    value: Any = None
    raw: str | None = None
    source_id: int | None = None
    not_before: int | None = None


def pack(events: Iterable[Event], received_at: datetime) -> Iterator[bytes]:
    """Pack in the order of device and time, which the index likes best.

    In pieces, so that PostgreSQL writes the first rows while the next are packed.
    """
    received = (received_at - EPOCH) // timedelta(microseconds=1) - _MIDNIGHT_2000_MS * 1000
    ordered = sorted(events, key=attrgetter("device", "at"))
    yield HEADER
    for start in range(0, len(ordered), PIECE):
        yield b"".join([_row(event, received) for event in ordered[start : start + PIECE]])
    yield TRAILER


def _row(event: Event, received: int) -> bytes:
    raw, source, before = event.raw, event.source_id, event.not_before
    kept = clean(event.value)
    value = None if kept is None else _encode(kept)
    said = told(raw, value)
    # The vendor's text is kept only where the value says something else: few rows need both.
    text = None if raw is None or said == value or raw == kept else clean(raw).encode()
    return b"".join(
        (
            _WHEN(11, 8, event.device, 8, _micros(event.at), 8, received),
            NULL if before is None else _MOMENT(8, _micros(before)),
            _WHAT(4, digest(said, source, polled=before is not None), 2, _small(event.event_id)),
            NULL if source is None else _SMALL(2, source),
            _SMALL(2, event.provenance),
            _code(event.code),
            NULL if value is None else _LENGTH(len(value) + 1) + JSONB_VERSION + value,
            NULL if text is None else _LENGTH(len(text)) + text,
        )
    )


def _micros(ms: int) -> int:
    """Return PostgreSQL's count; an impossible time is moved to the nearest possible."""
    possible = ms if 0 <= ms <= LATEST_MS else min(max(ms, 0), LATEST_MS)
    return (possible - _MIDNIGHT_2000_MS) * 1000


def _small(number: int) -> int:
    return number if SMALLEST <= number <= LARGEST else min(max(number, SMALLEST), LARGEST)


@lru_cache(maxsize=4096)
def _code(code: str) -> bytes:
    """Return the code with its length; the same few come again and again."""
    text: bytes = clean(code)[:LONGEST_CODE].encode()
    return _LENGTH(len(text)) + text


def told(raw: str | None, value: bytes | None) -> bytes:
    """Return what the row says: the vendor's text, or the value where a list told it."""
    if raw is None:
        return value or b"null"
    return raw.encode("utf-8", "surrogatepass")


def digest(said: bytes, source_id: int | None, *, polled: bool) -> int:
    """Tell two rows of one millisecond apart: by what they say and who said it."""
    return zlib.crc32(b"%b\0%b\0%d" % (said, str(source_id).encode(), polled)) - 2**31


def clean(value: Any) -> Any:
    """Return the value without what PostgreSQL cannot keep: NUL and halves of surrogate pairs."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value
