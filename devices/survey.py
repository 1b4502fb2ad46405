"""Counts the newest rows of a range in one reading: a histogram, and what there is to choose from.

Reads only, and counts no further than `explorer.MOST_COUNTED` rows, however wide the range.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from . import explorer
from .explorer import Wanted
from .querysets import REPORT, LogQuerySet

MOST_BARS = 72
WIDTHS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(1, 5, 10, 30, 60, 120, 300, 600, 900, 1800),
        *(3600, 7200, 10800, 21600, 43200, 86400, 604800, 2592000, 31536000),
    )
)

FACETS = ("event_id", "source_id", "provenance", "code")
READ = ("event_time", *FACETS[:-1], "code_number")
# Both the histogram and the facets are sums of these groups, some hundreds of them.
GROUPS = """
SELECT start, event_id, source_id, provenance, code, count, first FROM (
    SELECT date_bin(%s, event_time, 'epoch') AS start, event_id, source_id, provenance,
        code_number, count(*) AS count, min(event_time) AS first
    FROM ({newest}) AS newest GROUP BY 1, 2, 3, 4, 5
) AS told LEFT JOIN devices_code ON number = code_number
"""

Facets = dict[str, list[tuple[Any, int]]]


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


@dataclass(frozen=True, slots=True)
class Survey:
    """What was counted; `cut`: the facets are those of the newest rows of the range only.

    `looked_to`: from when on a rare choice was looked for, where there is more of the range.
    """

    histogram: Histogram
    facets: Facets
    cut: bool
    looked_to: datetime | None

    def holds_none(self, start: datetime) -> bool:
        """Whether no row from `start` on fits: all of them were counted, and there was none."""
        counted_from = self.histogram.counted_from
        return not self.histogram.total and (counted_from is None or start >= counted_from)


class Group(NamedTuple):
    """Rows of one column of the histogram that are alike."""

    start: datetime
    event_id: int
    source_id: int | None
    provenance: int
    code: str
    rows: int
    first: datetime


def of(wanted: Wanted) -> Survey:
    """Count the rows of a range.

    Events besides reports are few among all, and a device's own few among its own: where the newest
    rows are not all, these are counted by themselves.
    """
    groups, since = _counted(wanted, explorer.in_range(wanted))
    facets = _facets(wanted, groups)
    apart = explorer.is_besides(wanted) or (wanted.devices is not None and _is_chosen(wanted))
    counted, counted_from = _counted_apart(wanted) if since and apart else (groups, since)
    fitting = [one for one in counted if _fits(one, wanted)]
    looked_to = counted_from if explorer.is_rare(wanted) else None
    return Survey(_histogram(wanted, fitting, counted_from), facets, since is not None, looked_to)


def _is_chosen(wanted: Wanted) -> bool:
    return bool(wanted.events or wanted.sources or wanted.provenances or wanted.codes)


def _counted_apart(wanted: Wanted) -> tuple[list[Group], datetime | None]:
    if explorer.is_rare(wanted):
        return _counted(wanted, explorer.in_range(wanted).exclude(event_id=REPORT))
    return _counted(wanted, explorer.matching(wanted))


def _counted(wanted: Wanted, among: LogQuerySet) -> tuple[list[Group], datetime | None]:
    """Return the newest rows in groups, and since when they are counted if there are more."""
    groups = _asked(wanted, among)
    more = sum(one.rows for one in groups) > explorer.MOST_COUNTED
    since = min(one.first for one in groups) if more else None
    return [one for one in groups if one.code not in wanted.not_codes], since


def _asked(wanted: Wanted, among: LogQuerySet) -> list[Group]:
    # Which of those of one moment are the last does not matter: to sort by device, too, takes long.
    by_key = wanted.devices is not None and len(wanted.devices) == 1
    newest = among.order_by(*(("-device_id", "-place") if by_key else ("-place",)))
    try:
        sql, params = newest.values(*READ)[: explorer.MOST_COUNTED + 1].query.sql_with_params()
    except EmptyResultSet:  # the filter names no device: nothing can match
        return []
    width: Any = bar_width(wanted.end - wanted.start)
    with connection.cursor() as cursor:
        cursor.execute(GROUPS.format(newest=sql), [width, *params])
        return [Group(*row) for row in cursor.fetchall()]


def _fits(group: Group, wanted: Wanted) -> bool:
    return (
        (not wanted.events or group.event_id in wanted.events)
        and (not wanted.sources or group.source_id in wanted.sources)
        and (not wanted.provenances or group.provenance in wanted.provenances)
        and (not wanted.codes or group.code in wanted.codes)
    )


def _facets(wanted: Wanted, groups: Sequence[Group]) -> Facets:
    """Count what there is to choose from, each facet under the choices of the others."""
    chosen = (wanted.events, wanted.sources, wanted.provenances, wanted.codes)
    alike: Counter[tuple[Any, ...]] = Counter()
    for one in groups:
        alike[one[1:5]] += one.rows
    counted: Facets = {}
    for place, field in enumerate(FACETS):
        tally: Counter[Any] = Counter(dict.fromkeys(chosen[place], 0))
        others = [(n, some) for n, some in enumerate(chosen) if some and n != place]
        for values, count in alike.items():
            if all(values[n] in some for n, some in others):
                tally[values[place]] += count
        counted[field] = sorted(tally.items(), key=lambda one: (-one[1], str(one[0])))
    return counted


def _histogram(wanted: Wanted, groups: Sequence[Group], counted_from: datetime | None) -> Histogram:
    width = bar_width(wanted.end - wanted.start)
    found: Counter[datetime] = Counter()
    for one in groups:
        found[one.start] += one.rows
    return Histogram(
        bars=tuple(Bar(start, start + width, found[start]) for start in _bar_starts(wanted, width)),
        total=min(found.total(), explorer.MOST_COUNTED),
        counted_from=counted_from,
    )


def bar_width(span: timedelta) -> timedelta:
    """Return the narrowest round width that draws no more than `MOST_BARS` bars."""
    return next((width for width in WIDTHS if span / width < MOST_BARS), WIDTHS[-1])


def _bar_starts(wanted: Wanted, width: timedelta) -> Iterator[datetime]:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start = epoch + (wanted.start - epoch) // width * width
    while start < wanted.end:
        yield start
        start += width
