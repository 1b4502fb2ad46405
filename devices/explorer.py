"""What the log explorer asks of history: which rows, a page of them, how far a rare one is sought.

Reads only. What is counted of them is `devices.survey`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from psycopg.errors import QueryCanceled

from . import specified
from .models import Device, LogEntry
from .querysets import REPORT, LogQuerySet

# Rows of the whole fleet that are counted, and among which a rare choice is looked for at first:
# some 5 ms of reading.
MOST_COUNTED = 10_000
PATIENCE_MS = 8_000  # of a person who waits for a page; a wider question is refused in words

# Never the local key: a list has no use for it, and decrypting costs.
NAMES = ("id", "device_id", "name", "category", "time_zone", "state", "product_id")
# Each page asks it: written out, it costs a third of Django's way to ask.
DEVICES = f"SELECT {', '.join(NAMES)} FROM devices_device WHERE id = ANY(%s)"  # noqa: S608  columns

# Smallest and largest of what follows the time in the key: the ends of one millisecond.
FIRST_OF_ALL = (-(2**31),)
LAST_OF_ALL = (2**31 - 1,)


class TooWideError(Exception):
    """The question reads more history than a page may wait for."""


class Key(NamedTuple):
    """Where a row stands in the fleet's history."""

    place: datetime
    device_id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows; an empty choice means any. The range is half-open."""

    start: datetime
    end: datetime
    events: tuple[int, ...] = ()
    sources: tuple[int | None, ...] = ()
    provenances: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    not_codes: tuple[str, ...] = ()
    changes: bool = False  # of the reports, those whose value is another than the one before
    devices: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, and where their neighbours begin."""

    rows: list[LogEntry]
    older: Key | None
    newer: Key | None


@contextmanager
def patient() -> Iterator[None]:
    """Let no question of this page run for longer than a person waits. Raises `TooWideError`."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            yield
    except OperationalError as exc:
        if isinstance(exc.__cause__, QueryCanceled):
            raise TooWideError from exc
        raise


def matching(wanted: Wanted) -> LogQuerySet:
    """Return the rows of the filter, in no order."""
    rows = _in_range(wanted)
    if wanted.events:
        rows = rows.filter(event_id__in=wanted.events)
    if wanted.provenances:
        rows = rows.filter(provenance__in=wanted.provenances)
    if wanted.codes:
        rows = rows.filter(code__in=wanted.codes)
    return rows.filter(_of_sources(wanted.sources)) if wanted.sources else rows


def _in_range(wanted: Wanted) -> LogQuerySet:
    rows = in_range(wanted)
    return rows.exclude(code__in=wanted.not_codes) if wanted.not_codes else rows


def in_range(wanted: Wanted) -> LogQuerySet:
    """Return the rows between the two times, of the devices if any are named, in no order."""
    rows = LogEntry.objects.between(wanted.start, wanted.end)
    if wanted.devices is None:
        return rows
    one = len(wanted.devices) == 1
    return rows.of_one(*wanted.devices) if one else rows.filter(device__in=wanted.devices)


def _shown(wanted: Wanted) -> LogQuerySet:
    """Return the rows of a page; counting compares no earlier values, that would cost too much."""
    rows = matching(wanted)
    return rows.changes_only() if wanted.changes else rows


def _of_sources(sources: Sequence[int | None]) -> Q:
    known = Q(source_id__in=[source for source in sources if source is not None])
    return known | Q(source_id=None) if None in sources else known


def page(
    wanted: Wanted,
    size: int,
    *,
    before: Key | None = None,
    after: Key | None = None,
    known: Iterable[Device] = (),
) -> Page:
    """Return the rows just older than `before`, or just newer than `after`, or the newest.

    `known`: devices that need not be asked for.
    """
    found = list(_beside(_shown(wanted), before, after, _order(wanted))[: size + 1])
    more, shown = len(found) > size, with_devices(found[:size], known)
    if after:
        shown.reverse()
    if not shown:
        return Page([], before if after else None, before)
    return Page(
        rows=shown,
        older=key_of(shown[-1]) if more or after else None,
        newer=key_of(shown[0]) if before or (after and more) else None,
    )


def with_devices(rows: Iterable[LogEntry], known: Iterable[Device] = ()) -> list[LogEntry]:
    """Return the rows with their devices and products at hand; those `known` are not asked for."""
    found, by_key = list(rows), {device.pk: device for device in known}
    unknown = list({row.device_id for row in found} - by_key.keys())
    if unknown:
        with connection.cursor() as cursor:
            cursor.execute(DEVICES, [unknown])
            asked = [Device.from_db("default", NAMES, row) for row in cursor.fetchall()]
        specified.bring(asked)
        by_key |= {device.pk: device for device in asked}
    for row in found:
        if row.device_id in by_key:
            row._state.fields_cache["device"] = by_key[row.device_id]  # noqa: SLF001  as Django does
    return found


def is_unbroken(wanted: Wanted) -> bool:
    """Whether between two reports of one code on a page no third is left out."""
    reports = not wanted.events or REPORT in wanted.events
    return reports and not (wanted.sources or wanted.provenances or wanted.changes)


def _order(wanted: Wanted) -> tuple[str, ...]:
    """Return by what rows are sorted; those of one device as its key's index has them."""
    one = wanted.devices is not None and len(wanted.devices) == 1
    return ("device_id", "place") if one else Key._fields


def _beside(
    rows: LogQuerySet, before: Key | None, after: Key | None, order: Sequence[str]
) -> LogQuerySet:
    if after:
        rows = rows.filter(_past(after, "gt"))
        return rows.order_by(*order)
    if before:
        rows = rows.filter(_past(before, "lt"))
    return rows.order_by(*(f"-{name}" for name in order))


def _past(key: Key, way: str) -> Q:
    """Return the rows on one side of the key; the first condition is what the index is asked."""
    past, tied = Q(), Q()
    for name, value in zip(Key._fields, key, strict=True):
        past |= tied & Q(**{f"{name}__{way}": value})
        tied &= Q(**{name: value})
    return Q(**{f"place__{way}e": key.place}) & past


def key_of(row: LogEntry) -> Key:
    """Return where a row stands."""
    return Key(row.place, row.device_id)


def reach(wanted: Wanted, before: Key | None = None) -> datetime | None:
    """Return from when on a rare choice is looked for in a big fleet; None: in the whole range.

    One device's rows have an index of their own, and so have all events but reports.
    """
    if not is_rare(wanted):
        return None
    rows = LogEntry.objects.between(wanted.start, wanted.end)
    if before:
        rows = rows.filter(place__lte=before.place)
    if is_besides(wanted):
        rows = rows.exclude(event_id=REPORT)
    place = slice(MOST_COUNTED, MOST_COUNTED + 1)
    newest = rows.order_by("-event_time").values_list("event_time", flat=True)
    return next(iter(newest[place]), None)


def is_rare(wanted: Wanted) -> bool:
    """Whether what is chosen has no index, so that a big fleet is searched a stretch at a time."""
    chosen = wanted.codes or wanted.not_codes or wanted.sources or wanted.provenances
    return wanted.devices is None and bool(chosen)


def is_besides(wanted: Wanted) -> bool:
    """Whether only events besides reports are chosen: they are few, and have an index."""
    return bool(wanted.events) and REPORT not in wanted.events


def chunks(wanted: Wanted, size: int) -> Iterator[list[LogEntry]]:
    """Yield all matching rows, newest first, a chunk at a time: none holds a transaction open."""
    before: Key | None = None
    while True:
        found = page(wanted, size, before=before)
        if found.rows:
            yield found.rows
        if found.older is None:
            return
        before = found.older
