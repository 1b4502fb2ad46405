"""History rows as REST and files carry them, each with the order of ours behind it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from devices import causes, telling
from devices.causes import Happening
from devices.explorer import Key
from devices.models import Provenance
from devices.querysets import LogQuerySet
from devices.words import source_name
from rest import exports
from rest.times import stamp

Row = dict[str, Any]

COLUMNS = (
    "place", "device_id", "event_time", "event_id", "code", "device__device_id", "received_at",
    "not_before", "source_id", "provenance", "value", "raw",
)  # fmt: skip

ORDER = tuple(f"-{name}" for name in Key._fields)  # newest first, each row apart

# What a written row says, in its order.
MEMBERS = (
    "event_time", "received_at", "not_before", "device_id", "event_id", "event", "source_id",
    "source", "code", "value", "raw", "provenance", "operation",
)  # fmt: skip

_TOLD = ("event_time", "event_id", "source_id", "value")  # of a causes.Happening, in its order

PROVENANCES = {member.value: member.name.lower() for member in Provenance}


def table(found: LogQuerySet, columns: Sequence[str]) -> exports.Table:
    """Return all these rows, newest first, to be exported."""
    return exports.Table(found.values(*COLUMNS), ORDER, written, columns)


def written(found: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Write rows from `values(*COLUMNS)`, each with the order of ours that brought it about."""
    page, spoken = list(found), get_language() or "en"
    behind = causes.orders(
        Happening(one["device_id"], *(one[name] for name in _TOLD)) for one in page
    )
    return [_row(one, by, spoken) for one, by in zip(page, behind, strict=True)]


def _row(one: Mapping[str, Any], by: int | None, spoken: str) -> Row:
    """One history row."""
    source = one["source_id"]
    return {
        "event_time": stamp(one["event_time"]),
        "received_at": stamp(one["received_at"]),
        "not_before": stamp(one["not_before"]),
        "device_id": one["device__device_id"],
        "event_id": one["event_id"],
        "event": telling.event(one["event_id"], source, one["value"], spoken),
        "source_id": source,
        "source": None if source is None else source_name(source, spoken),
        "code": one["code"],
        "value": one["value"],
        "raw": one["raw"],
        "provenance": PROVENANCES.get(one["provenance"]),
        "operation": by,
    }
