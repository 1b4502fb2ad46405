"""Pages of a long list, walked by key: page 10,000 costs what page 1 costs. Counts nothing."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import Concat

Row = TypeVar("Row", bound=Model)

SIZES = (25, 50, 100, 250)
BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Order:
    """An order by one column, ties broken by id; empty values of the column come last."""

    column: str
    descending: bool = False
    nullable: bool = False
    kind: type = str
    # Sort what is found instead of walking the column's index until enough is found. PostgreSQL
    # takes it that what matches lies evenly; but whoever seeks "kitchen" finds neighbours.
    gathered: bool = False
    # The whole order read from its end, empty values first: one index serves both.
    turned: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages before and after them, None at an end."""

    rows: list[Row]
    size: int
    previous: str | None
    next: str | None
    broken: bool = False  # the cursor could not be read: this is the first page instead


class Place(NamedTuple):
    """What a cursor says: a row's value and id, and whether the page lies before that row."""

    back: bool
    value: Any
    pk: int


def size_of(text: str | None) -> int:
    """Return the page size asked for, or the default when it is none of ours."""
    return next((size for size in SIZES if str(size) == text), SIZES[1])


def page(rows: QuerySet[Row], order: Order, cursor: str | None, size: int) -> Page[Row]:
    """Return the page that the cursor names; without one, the first."""
    place = read(cursor, order) if cursor else None
    back = place is not None and place.back
    if place is not None:
        rows = rows.filter(beyond(order, place.value, place.pk, back=back))
    found = list(rows.order_by(*ordering(order, back=back))[: size + 1])
    return cut(found, order, place, size, broken=bool(cursor) and place is None)


def cut(
    found: list[Row], order: Order, place: Place | None, size: int, *, broken: bool
) -> Page[Row]:
    """Return the page of rows that were found from a place on, one more than it holds at most."""
    back = place is not None and place.back
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    return Page(
        rows=found,
        size=size,
        previous=write(found[0], order, back=True) if found and (more if back else place) else None,
        next=write(found[-1], order, back=False) if found and (back or more) else None,
        broken=broken,
    )


def ordering(order: Order, *, back: bool) -> list[Any]:
    """Return what to order by; backwards everything is turned round, so that one index serves."""
    back = back != order.turned
    column: Any = Concat(order.column, Value("")) if order.gathered else F(order.column)
    down = order.descending != back
    nulls = {"nulls_first" if back else "nulls_last": True} if order.nullable else {}
    return [column.desc(**nulls) if down else column.asc(**nulls), "-pk" if back else "pk"]


def beyond(order: Order, value: Any, pk: int, *, back: bool) -> Q:
    """Return the condition for rows after (or before) the row with this value and id."""
    back = back != order.turned
    column = order.column
    tie = Q(**{"pk__lt" if back else "pk__gt": pk})
    if value is None:
        empty = Q(**{f"{column}__isnull": True}) & tie
        return empty | Q(**{f"{column}__isnull": False}) if back else empty
    less = order.descending != back
    further = Q(**{f"{column}__{'lt' if less else 'gt'}": value}) | (Q(**{column: value}) & tie)
    if order.nullable and not back:
        return further | Q(**{f"{column}__isnull": True})
    # Says the same once more, in the one form that lets the index start at the right place.
    return Q(**{f"{column}__{'lte' if less else 'gte'}": value}) & further


def write(row: Model, order: Order, *, back: bool) -> str:
    """Return the cursor that stands at a row."""
    value = getattr(row, order.column)
    if isinstance(value, datetime):
        value = value.isoformat()
    text = json.dumps([back, value, row.pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, order: Order) -> Place | None:
    """Return the place that a cursor names, or None when this is no cursor of this order."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        back, value, pk = json.loads(base64.urlsafe_b64decode(padded))
        if value is not None:
            value = typed(value, order.kind)
        elif not order.nullable:
            return None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    fits = isinstance(back, bool) and type(pk) is int and 0 <= pk <= BIGGEST_ID
    return Place(back, value, pk) if fits else None


def typed(value: Any, kind: type) -> Any:
    """Return the value as its column has it; raises ValueError when it is something else."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    value.encode()  # half a character is none, and JSON may hold one
    return datetime.fromisoformat(value) if kind is datetime else value
