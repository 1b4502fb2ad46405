"""Seals the rows of the record, each with the one before, so that a missing or altered one shows.

Pure: what is sealed, and how. `people.deeds` writes rows, `people.audit` walks them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

START = "0" * 64  # what the first row says of the one before it


class Row(Protocol):
    """What a row of the record says; all of it is sealed."""

    pk: Any
    at: datetime
    who: str
    address: str
    what: str
    about: str
    why: str
    devices: Sequence[str]
    details: Mapping[str, Any]


def seal(previous: str, row: Row) -> str:
    """The seal of a row: a digest of the seal before it and of everything that it says."""
    return hashlib.sha256(f"{previous}\n{content(row)}".encode()).hexdigest()


def content(row: Row) -> str:
    """The row as one text; the same for a row just made and for one that was read back."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [row.pk, at, row.who, row.address, row.what, row.about, row.why]
    return json.dumps(
        [*said, _plain(list(row.devices)), _plain(row.details)],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _plain(value: Any) -> Any:
    """PostgreSQL keeps 1e16 as a whole number: the text must not depend on who wrote it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
