"""An event, and the bytes in which PostgreSQL takes many of them at once. Touches no database.

History arrives by the ten thousand, and of what a row costs the packing is the dearest part in
Python: the whole row is packed here in one go instead of value by value.
Form: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 (binary format).
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
PIECE = 250  # rows
NUMBERS = frozenset({bool, int, float})  # always clean

# Each value is its length and its bytes; eight of them make a row.
_ROW = struct.Struct(">hiqiiii24si").pack  # all eight, up to the length of `said`
_WHAT = struct.Struct(">ihihihih").pack  # code, event, source, provenance
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
    rows: Sequence[tuple[Event, int]], received_at: datetime, numbers: Mapping[str, int]
) -> Iterator[bytes]:
    """Pack events, each with its place in microseconds since 1970, in the order in which they come.

    In pieces, so that PostgreSQL writes the first rows while the next are packed.
    """
    received = (received_at - EPOCH) // timedelta(milliseconds=1)
    yield HEADER
    for start in range(0, len(rows), PIECE):
        yield b"".join(_packed(rows[start : start + PIECE], received, numbers))
    yield TRAILER


def _packed(
    rows: Iterable[tuple[Event, int]], received: int, numbers: Mapping[str, int]
) -> Iterator[bytes]:
    """Pack each row; what most have is written out here, for each call would cost as much again."""
    for event, place in rows:
        kept, raw, source = event.value, event.raw, event.source_id
        if kept.__class__ not in NUMBERS:
            kept = clean(kept)
        said = b"" if kept is None else encode(kept)
        # The vendor's text is kept only where the value says something else: few rows need both.
        other = raw is not None and raw != kept and (kept is None or raw != said.decode())
        lag, code = received - place // 1000, numbers[event.code]
        if (
            other
            or source is None
            or event.not_before is not None
            or not -LONGEST_LAG <= lag <= LONGEST_LAG
            or not 0 <= place - event.at * 1000 < 1000  # noqa: PLR2004 - microseconds
        ):
            yield _rare(event, place, received, code, (said, other))
            continue
        what = _what(code, event.event_id, source, event.provenance)
        moment = place - _MIDNIGHT_2000_US
        yield _ROW(8, 8, moment, 4, event.device, 4, lag, what, len(said)) + said


@lru_cache(maxsize=4096)
def _what(code: int, event_id: int, source: int, provenance: int) -> bytes:
    """Pack what the rows of one data point share."""
    return _WHAT(2, code, 2, small(event_id), 2, source, 2, provenance)


def _rare(event: Event, place: int, received: int, code: int, told: tuple[bytes, bool]) -> bytes:
    """Pack a row that has something to say besides its value, or no source."""
    (said, other), lag, source = told, received - place // 1000, event.source_id
    late, moved = abs(lag) > LONGEST_LAG, not 0 <= place - event.at * 1000 < 1000  # noqa: PLR2004
    if other or late or moved or event.not_before is not None:
        said += b"\n" + _besides(event, other, moved, received if late else None)
    return b"".join(
        (
            _WHEN(8, 8, place - _MIDNIGHT_2000_US, 4, event.device),
            NULL if late else _INTEGER(4, lag),
            _SMALL(2, code),
            _SMALL(2, small(event.event_id)),
            NULL if source is None else _SMALL(2, source),
            _SMALL(2, event.provenance),
            _LENGTH(len(said)),
            said,
        )
    )


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
