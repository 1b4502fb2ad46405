"""An event, and the bytes in which PostgreSQL takes many of them at once. Touches no database.

History arrives by the ten thousand, and of what a row costs the packing is the dearest part in
Python: the whole row is packed here in one go instead of value by value.
Form: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 (binary format).
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds() * 1000)
LONGEST_CODE = 64
SMALLEST, LARGEST = -32_768, 32_767  # of a smallint: event and source numbers

COLUMNS = "event_time, device_id, lag, code, event_id, source_id, provenance, said"
LONGEST_LAG = 2**31 - 1  # ms; received later than these 24 days, `said` has the moment itself
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
PIECE = 125  # rows: as much as leaves for the server at once
NUMBERS = frozenset({bool, int, float})  # always clean

# Each value is its length and its bytes; eight of them make a row.
_ROW = struct.Struct(">hiqiiii24si").pack  # all eight, up to the length of `said`
_WHEN = struct.Struct(">hiqii").pack  # eight, event_time, device_id
_INTEGER = struct.Struct(">ii").pack
_SMALL = struct.Struct(">ih").pack
_LENGTH = struct.Struct(">i").pack
_MIDNIGHT_2000_US = 946_684_800_000_000  # PostgreSQL counts from there

encode = msgspec.json.Encoder().encode


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


def pack(
    rows: Iterable[tuple[Event, int]], received_at: datetime, numbers: Mapping[str, int]
) -> Iterator[bytes]:
    """Pack events, each with its place in microseconds since 1970, in the order in which they come.

    In pieces, so that PostgreSQL writes the first rows while the next are packed.
    """
    received = (received_at - EPOCH) // timedelta(milliseconds=1)
    yield HEADER
    packed = _packed(rows, received, numbers)
    while piece := b"".join(islice(packed, PIECE)):
        yield piece
    yield TRAILER


def _packed(
    rows: Iterable[tuple[Event, int]], received: int, numbers: Mapping[str, int]
) -> Iterator[bytes]:
    """Pack each row; what most have is written out here, for each call would cost as much again."""
    whats: dict[tuple[str, int, int | None, int], bytes] = {}
    for event, place in rows:
        kept, raw, at = event.value, event.raw, event.at
        if kept.__class__ not in NUMBERS:
            kept = clean(kept)
        said = b"" if kept is None else encode(kept)
        # The vendor's text is kept only where the value says something else: few rows need both.
        other = raw is not None and raw != kept and (kept is None or raw != said.decode())
        key = (event.code, event.event_id, event.source_id, event.provenance)
        what = whats.get(key)
        if what is None:
            what = whats[key] = _what(numbers[event.code], event)
        lag = received - at
        if (
            other
            or event.not_before is not None
            or event.source_id is None
            or not -LONGEST_LAG <= lag <= LONGEST_LAG
            or not 0 <= place - at * 1000 < 1000  # noqa: PLR2004 - microseconds
        ):
            yield _rare(event, place, received, what, (said, other))
        else:
            moment = place - _MIDNIGHT_2000_US
            yield _ROW(8, 8, moment, 4, event.device, 4, lag, what, len(said)) + said


def _what(code: int, event: Event) -> bytes:
    """Pack what many rows of a data point share: code, event, source, provenance."""
    source, kind = event.source_id, _SMALL(2, small(event.event_id))
    told = NULL if source is None else _SMALL(2, source)
    return _SMALL(2, code) + kind + told + _SMALL(2, event.provenance)


def _rare(event: Event, place: int, received: int, what: bytes, told: tuple[bytes, bool]) -> bytes:
    """Pack a row that has something to say besides its value, or no source."""
    (said, other), lag = told, received - place // 1000
    late, moved = abs(lag) > LONGEST_LAG, not 0 <= place - event.at * 1000 < 1000  # noqa: PLR2004
    if other or late or moved or event.not_before is not None:
        said += b"\n" + _besides(event, other, moved, received if late else None)
    when = _WHEN(8, 8, place - _MIDNIGHT_2000_US, 4, event.device)
    return when + (NULL if late else _INTEGER(4, lag)) + what + _LENGTH(len(said)) + said


def _besides(event: Event, other: bool, moved: bool, received: int | None) -> bytes:
    """Return what only few rows have to say: a text of its own, moments that have no column."""
    before = event.not_before
    found = {
        "raw": clean(event.raw) if other else None,
        "not_before": None if before is None else possible(before),
        "received_at": received,
        "at": possible(event.at) if moved else None,
    }
    return encode({name: one for name, one in found.items() if one is not None})


def possible(ms: int) -> int:
    """Return the moment; an impossible one is moved to the nearest possible."""
    return ms if 0 <= ms <= LATEST_MS else min(max(ms, 0), LATEST_MS)


def small(number: int) -> int:
    """Return the number; one that no column holds is moved to the nearest that it holds."""
    return number if SMALLEST <= number <= LARGEST else min(max(number, SMALLEST), LARGEST)


@lru_cache(maxsize=4096)
def code_of(code: str) -> str:
    """Return the code as it is kept; the same few come again and again."""
    text: str = clean(code)[:LONGEST_CODE]
    return text


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
