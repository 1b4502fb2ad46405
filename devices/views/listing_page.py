"""A page of the device list, and how many devices match: both from one look at what matches.

What matches is found whole while it is not too much, sorted and cut. Walked to along the order of
all names instead, a few hundred that are neighbours there may lie behind most of the fleet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Value

from devices import census
from devices.filters import Search
from devices.lookups import spelling
from devices.models import Device
from devices.querysets import DeviceQuerySet
from devices.views.columns import Column
from devices.views.listing_address import Asked
from devices.views.rows import by_id, listed
from pages import keyset
from pages.keyset import Order, Page, Place

MOST_COUNTED = 10_000
MOST_SORTED = 4_000  # where nobody reads how many match
FEW = 500  # of one or two letters: who types on wants no more, and of most there are thousands
# Names of the page's order that are looked at first for one or two letters: mostly they hold a page
# of them, and their index of letters gives a quarter of the fleet to be looked through. Letters
# that begin thousands of ids may be in no name at all, and to go along all would find none.
NEAR = 6_000

# Of more than are counted nothing is sorted: they lie so close that the way to the next is short.
FOUND = """
WITH found AS MATERIALIZED ({found}), told AS (SELECT count(*) AS number FROM found)
SELECT number, CASE WHEN number <= %s THEN
    ARRAY(SELECT key FROM found WHERE further ORDER BY {order} LIMIT %s)
END FROM told
"""
# Whatever is found among the next names of the order comes before all that lies behind them.
NEARBY = """
WITH next AS MATERIALIZED ({next}),
near AS (SELECT key, sorted_by FROM next WHERE {holds} LIMIT %s),
found AS (SELECT key, sorted_by FROM near UNION SELECT key, sorted_by FROM ({others}) AS others)
SELECT key FROM found WHERE key IN (SELECT key FROM next) ORDER BY {order} LIMIT %s
"""
WALKED = "SELECT key FROM ({found}) AS found ORDER BY {order} LIMIT %s"


class Listed(NamedTuple):
    """A page, and how many devices match: None when nothing was asked for in particular.

    Of more than `most` it tells only that they are more.
    """

    page: Page[Device]
    matching: int | None
    most: int


@dataclass(frozen=True)
class Wanted:
    """The place of a page among what is asked for, and how many rows are read for it."""

    asked: Asked
    place: Place | None
    rows: int

    @property
    def order(self) -> Order:
        """How the rows follow each other."""
        return self.asked.walked

    @property
    def back(self) -> bool:
        """Whether the page lies before the place."""
        return self.place is not None and self.place.back

    @property
    def spelled(self) -> str:
        """The order in SQL, of what was found."""
        back = self.back != self.order.turned
        way = "DESC" if self.order.descending != back else "ASC"
        nulls = f" NULLS {'FIRST' if back else 'LAST'}" if self.order.nullable else ""
        return f"sorted_by {way}{nulls}, key {'DESC' if back else 'ASC'}"


def read(
    asked: Asked, shown: Sequence[Column], cursor: str | None, size: int, *, most: int
) -> Listed:
    """Return the page that the cursor names with what its columns show; without one, the first.

    Up to `most` that match are counted. Of one or two letters in a big fleet fewer are: who looks
    for them types on, and to find all who have them takes longer than the page.
    """
    if asked.search.is_empty:
        return Listed(
            keyset.page(listed(asked.found, shown), asked.walked, cursor, size), None, most
        )
    place = keyset.read(cursor, asked.walked) if cursor else None
    wanted = Wanted(asked, place, size + 1)
    try:
        matching, keys, most = _read(wanted, most)
    except EmptyResultSet:  # no product is called so: nobody can match
        matching, keys = 0, []
    some = by_id(keys, shown) if keys else {}
    found = [some[key] for key in keys if key in some]
    broken = bool(cursor) and place is None
    return Listed(keyset.cut(found, wanted.order, place, size, broken=broken), matching, most)


def _read(wanted: Wanted, most: int) -> tuple[int, list[int], int]:
    """Return how many match, the ids of the page, and up to how many were counted."""
    search = wanted.asked.search
    vague = search.is_vague and (most < MOST_COUNTED or _is_big())
    near = _nearby(wanted) if vague and not search.tokens else None
    if near is not None:
        return len(near), near, wanted.rows - 1
    if vague and search.tokens:
        most = FEW
    elif search.reads_names:
        # Names that are alike are neighbours: to them the way is long, however many they are.
        most = MOST_COUNTED
    number, keys = _found(wanted, most)
    return number, _walked(wanted) if keys is None else keys, most


def _is_big() -> bool:
    """Whether to look at some names of the fleet is less than to look at all."""
    return census.whole(census.by_category()).total > NEAR


def _found(wanted: Wanted, most: int) -> tuple[int, list[int] | None]:
    """Return how many match, and the ids of the page; None where they are more than `most`."""
    # A column that no index of names has: else all names of the fleet would be compared, where
    # the index of trigrams knows the few that may fit.
    own = F("sub") if wanted.asked.search.reads_names else Value(value=True)
    sql, params = _joined([one[: most + 1] for one in _parts(wanted, own=own)], apart=True)
    with connection.cursor() as cursor:
        words = FOUND.format(found=sql, order=wanted.spelled)
        cursor.execute(words, (*params, most, wanted.rows))
        number, keys = cursor.fetchone()
        return number, keys


def _nearby(wanted: Wanted) -> list[int] | None:
    """Return the ids of the page; None where it does not end within the next names."""
    _names, *others = _firsts(wanted)
    following = _read_of(wanted, Search("", "").apply(Device.objects.order_by()), called=F("name"))
    next_names = _along(wanted, following, NEAR).query.sql_with_params()
    holds, held = spelling("called", (), wanted.asked.search.words)
    more, given = _joined(others)
    words = NEARBY.format(next=next_names[0], holds=holds, others=more, order=wanted.spelled)
    with connection.cursor() as cursor:
        cursor.execute(words, (*next_names[1], *held, wanted.rows, *given, wanted.rows))
        keys = [key for (key,) in cursor.fetchall()]
    return keys if len(keys) == wanted.rows else None


def _walked(wanted: Wanted) -> list[int]:
    """Return the ids of the page: of each part the first along the index of the order."""
    sql, params = _joined(_firsts(wanted))
    with connection.cursor() as cursor:
        words = WALKED.format(found=sql, order=wanted.spelled)
        cursor.execute(words, (*params, wanted.rows))
        return [key for (key,) in cursor.fetchall()]


def _firsts(wanted: Wanted) -> list[Any]:
    return [_along(wanted, one, wanted.rows) for one in _parts(wanted, along=True)]


def _along(wanted: Wanted, found: Any, most: int) -> Any:
    along = keyset.ordering(wanted.order, back=wanted.back)
    return found.filter(further=True).order_by(*along)[:most]


def _parts(wanted: Wanted, *, along: bool = False, **more: Any) -> list[Any]:
    """Return what matches, in the parts that one index each answers."""
    ways = wanted.asked.search.ways(Device.objects.order_by(), along=along)
    return [_read_of(wanted, one, **more) for one in ways]


def _read_of(wanted: Wanted, found: DeviceQuerySet, **more: Any) -> Any:
    """Return what is read of each, and whether it lies beyond the place."""
    place, further = wanted.place, cast("Any", Value(value=True))
    if place is not None:
        beyond = keyset.beyond(wanted.order, place.value, place.pk, back=place.back)
        further = ExpressionWrapper(beyond, BooleanField())
    read = {"key": F("pk"), "sorted_by": F(wanted.order.column), "further": further, **more}
    return found.values(**read)


def _joined(parts: Sequence[Any], *, apart: bool = False) -> tuple[str, Any]:
    """Return the statement that reads all parts: no device is in two, or it is told once."""
    first, *others = parts
    found = first.union(*others, all=apart) if others else first
    sql, params = found.query.sql_with_params()
    return sql, params
