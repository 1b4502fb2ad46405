"""Cells as they were when a claim took them: values, not rows, so that a claim is cheap to read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec


class Held(msgspec.Struct, frozen=True):
    """One cell of a claim. `acked_known` and `in_flight` are what they were before it."""

    pk: int
    device_key: str
    ush_device_id: str
    property: str
    value: str
    source_at: int
    shard: int
    urgency: int
    version: int
    acked_known: bool
    in_flight: bool
    attempts: int
    first_dirty_at: datetime


FIELDS = Held.__struct_fields__
COLUMNS = ", ".join(f"cell.{name}" for name in FIELDS).replace("cell.pk", "cell.id AS pk")


def held(rows: Iterable[tuple[Any, ...]]) -> list[Held]:
    """Give rows of these columns as values."""
    return [Held(*row) for row in rows]
