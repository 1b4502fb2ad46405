"""How times are written in every answer: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def stamp(at: datetime) -> str: ...
@overload
def stamp(at: None) -> None: ...
def stamp(at: datetime | None) -> str | None:
    """`2026-11-21T22:37:05.120Z`; None stays None. Milliseconds are cut, never rounded up."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


@overload
def stamp_ms(at: int) -> str: ...
@overload
def stamp_ms(at: None) -> None: ...
def stamp_ms(at: int | None) -> str | None:
    """The same for a time that is known as milliseconds since 1970."""
    if at is None:
        return None
    seconds, rest = divmod(at, 1000)
    return stamp(datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000))
