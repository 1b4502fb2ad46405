"""What the log explorer asks of history: a page of rows, what there is to choose from, a histogram.

Reads only. Nothing here counts further than `MOST_COUNTED` rows, however wide the range.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import Prefetch, Q
from psycopg.errors import QueryCanceled

from . import specified
from .models import Device, LogEntry
from .querysets import REPORT, LogQuerySet

MOST_COUNTED = 10_000
# Rows of the whole fleet, when what is looked for among them may be rare: some 15 ms of reading.
MOST_LOOKED_AT = 20_000
MOST_BARS = 72
PATIENCE_MS = 8_000  # of a person who waits for a page; a wider question is refused in words

# Never the local key: a list has no use for it, and decrypting costs.
SHOWN_OF_DEVICE = ("device_id", "name", "category", "time_zone", "state", "product")

# Smallest and largest of what follows the time in the key: the ends of one millisecond.
FIRST_OF_ALL = (-(2**31),)
LAST_OF_ALL = (2**31 - 1,)

WIDTHS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(1, 5, 10, 30, 60, 120, 300, 600, 900, 1800),
        *(3600, 7200, 10800, 21600, 43200, 86400, 604800, 2592000, 31536000),
    )
)


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


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of the histogram."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many rows when; `counted_from` is set when only the newest were counted."""

    bars: tuple[Bar, ...]
    total: int
    counted_from: datetime | None


Facets = dict[str, list[tuple[Any, int]]]
FACETS = ("event_id", "source_id", "provenance", "code")
GROUPS = (*FACETS[:-1], "code_number")
# The code is looked up once a group.
NAMED = f"{', '.join(FACETS[:-1])}, (SELECT code FROM devices_code WHERE number = code_number)"  # noqa: S608
BINNED = "date_bin(%s, event_time, 'epoch'), count(*), min(event_time)"


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
    rows = LogEntry.objects.between(wanted.start, wanted.end)
    if wanted.devices is not None:
        one = len(wanted.devices) == 1
        rows = rows.of_one(*wanted.devices) if one else rows.filter(device__in=wanted.devices)
    if wanted.not_codes:
        rows = rows.exclude(code__in=wanted.not_codes)
    return rows


def _shown(wanted: Wanted) -> LogQuerySet:
    """Return the rows of a page; counting compares no earlier values, that would cost too much."""
    rows = matching(wanted)
    return rows.changes_only() if wanted.changes else rows


def _of_sources(sources: Sequence[int | None]) -> Q:
    known = Q(source_id__in=[source for source in sources if source is not None])
    return known | Q(source_id=None) if None in sources else known


def page(wanted: Wanted, size: int, *, before: Key | None = None, after: Key | None = None) -> Page:
    """Return the rows just older than `before`, or just newer than `after`, or the newest."""
    devices = Device.objects.only(*SHOWN_OF_DEVICE).prefetch_related(specified.products())
    rows = _shown(wanted).prefetch_related(Prefetch("device", devices))
    found = list(_beside(rows, before, after, _order(wanted))[: size + 1])
    more, shown = len(found) > size, found[:size]
    if after:
        shown.reverse()
    if not shown:
        return Page([], before if after else None, before)
    return Page(
        rows=shown,
        older=key_of(shown[-1]) if more or after else None,
        newer=key_of(shown[0]) if before or (after and more) else None,
    )


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


def facets(wanted: Wanted) -> tuple[Facets, bool]:
    """Count what there is to choose from, each facet under the choices of the others.

    Counted among the newest rows of the range only; the flag says whether there are more.
    """
    grouped = f"GROUP BY {', '.join(GROUPS)}"
    return _tallied(wanted, _of_newest(f"{NAMED}, count(*)", wanted, GROUPS, grouped))


def _tallied(wanted: Wanted, groups: Sequence[tuple[Any, ...]]) -> tuple[Facets, bool]:
    chosen = (wanted.events, wanted.sources, wanted.provenances, wanted.codes)
    choices = dict(zip(FACETS, chosen, strict=True))
    counted: Facets = {}
    for place, field in enumerate(FACETS):
        tally: Counter[Any] = Counter(dict.fromkeys(choices[field], 0))
        for *values, count in groups:
            others = zip(FACETS, values, strict=True)
            if all(not choices[f] or v in choices[f] for f, v in others if f != field):
                tally[values[place]] += count
        counted[field] = sorted(tally.items(), key=lambda one: (-one[1], str(one[0])))
    return counted, sum(group[-1] for group in groups) > MOST_COUNTED


def _of_newest(
    select: str, wanted: Wanted, fields: Sequence[str], rest: str, *values: Any, every: bool = True
) -> list[tuple[Any, ...]]:
    """Ask something of the newest rows of the range, or of the filter. The words are ours."""
    rows = _in_range(wanted) if every else matching(wanted)
    order = [f"-{name}" for name in _order(wanted)]
    newest = rows.order_by(*order).values(*fields)[: MOST_COUNTED + 1]
    try:
        sql, params = newest.query.sql_with_params()
    except EmptyResultSet:  # the filter names no device: nothing can match
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {select} FROM ({sql}) newest {rest}", [*values, *params])  # noqa: S608
        return list(cursor.fetchall())


def overview(wanted: Wanted, looked_to: datetime | None) -> tuple[Histogram, Facets, bool]:
    """Return the histogram and the facets; `looked_to` is what `reach` said of the filter.

    Where nothing is chosen both count the same rows, which are then read once.
    """
    if looked_to or wanted.events or wanted.sources or wanted.provenances or wanted.codes:
        return (_histogram(wanted, looked_to), *facets(wanted))
    width = bar_width(wanted.end - wanted.start)
    select = f"grouping(event_id), {BINNED}, {NAMED}"
    sets = f"GROUP BY GROUPING SETS ((2), ({', '.join(GROUPS)}))"
    groups = _of_newest(select, wanted, ("event_time", *GROUPS), sets, width)
    bars = [(start, count, first) for kind, start, count, first, *_ in groups if kind]
    tallies = [(*values, count) for kind, _start, count, _first, *values in groups if not kind]
    return (_drawn(wanted, bars, looked_to), *_tallied(wanted, tallies))


def histogram(wanted: Wanted) -> Histogram:
    """Count the matching rows by time, the newest `MOST_COUNTED` of them."""
    return _histogram(wanted, reach(wanted))


def _histogram(wanted: Wanted, looked_to: datetime | None) -> Histogram:
    looked = replace(wanted, start=looked_to or wanted.start)
    width = bar_width(wanted.end - wanted.start)
    rows = _of_newest(BINNED, looked, ("event_time",), "GROUP BY 1", width, every=False)
    return _drawn(wanted, rows, looked_to)


def _drawn(
    wanted: Wanted, rows: Sequence[tuple[Any, ...]], looked_to: datetime | None
) -> Histogram:
    width = bar_width(wanted.end - wanted.start)
    found = {start: (count, first) for start, count, first in rows}
    total = sum(count for count, _first in found.values())
    return Histogram(
        bars=tuple(
            Bar(start, start + width, found.get(start, (0, None))[0])
            for start in _bar_starts(wanted, width)
        ),
        total=min(total, MOST_COUNTED),
        counted_from=min(first for _count, first in found.values())
        if total > MOST_COUNTED
        else looked_to,
    )


def reach(wanted: Wanted, before: Key | None = None) -> datetime | None:
    """Return from when on a rare choice is looked for in a big fleet; None: in the whole range.

    One device's rows have an index of their own, and so have all events but reports.
    """
    chosen = wanted.codes or wanted.not_codes or wanted.sources or wanted.provenances
    if wanted.devices is not None or not chosen:
        return None
    rows = LogEntry.objects.between(wanted.start, wanted.end)
    if before:
        rows = rows.filter(place__lte=before.place)
    if wanted.events and REPORT not in wanted.events:
        rows = rows.exclude(event_id=REPORT)
    place = slice(MOST_LOOKED_AT, MOST_LOOKED_AT + 1)
    newest = rows.order_by("-event_time").values_list("event_time", flat=True)
    return next(iter(newest[place]), None)


def bar_width(span: timedelta) -> timedelta:
    """Return the narrowest round width that draws no more than `MOST_BARS` bars."""
    return next((width for width in WIDTHS if span / width < MOST_BARS), WIDTHS[-1])


def _bar_starts(wanted: Wanted, width: timedelta) -> Iterator[datetime]:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start = epoch + (wanted.start - epoch) // width * width
    while start < wanted.end:
        yield start
        start += width


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
