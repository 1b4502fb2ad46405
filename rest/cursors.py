"""Keyset paging: a page is found by its neighbour's key, so page 10,000 costs what page 1 costs.

Works on any queryset whose ordering ends in something unique. Knows no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import attrgetter, itemgetter, or_
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Q

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet
    from django.db.models.expressions import OrderBy

MOST_COUNTED = 10_000  # counting further would read rows that nobody looks at


class BadCursorError(ValueError):
    """The cursor was altered, or belongs to another list or ordering."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursors of the pages around them."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an ordering. Nulls come last, whatever the direction."""

    name: str
    desc: bool
    nullable: bool

    def order(self, *, back: bool) -> OrderBy:
        """How to sort by it, forwards or backwards."""
        nulls = {("nulls_first" if back else "nulls_last"): True} if self.nullable else {}
        return F(self.name).desc(**nulls) if self.desc != back else F(self.name).asc(**nulls)

    def beyond(self, value: Any, *, back: bool) -> Q | None:
        """Rows strictly after this value, or before it when going back; None: there are none."""
        if value is None:
            return self.null(is_null=False) if back else None
        past = Q(**{f"{self.name}__{'lt' if self.desc != back else 'gt'}": value})
        return past if back or not self.nullable else past | self.null(is_null=True)

    def reach(self, value: Any, *, back: bool) -> Q:
        """The value itself and all past it, nulls left out: one range that an index answers."""
        if value is None:
            return self.null(is_null=True)
        return Q(**{f"{self.name}__{'lte' if self.desc != back else 'gte'}": value})

    def null(self, *, is_null: bool) -> Q:
        """Rows without a value, or those with one."""
        return Q(**{f"{self.name}__isnull": is_null})

    def same(self, value: Any) -> Q:
        """Rows with exactly this value."""
        return self.null(is_null=True) if value is None else Q(**{self.name: value})


def page(queryset: QuerySet[Any, Any], order: Sequence[str], cursor: str | None, size: int) -> Page:
    """Up to `size` rows of the queryset, ordered by `order` (Django's names, `-` for descending).

    The ordering must name every row apart: end it with the primary key. Raises BadCursorError.
    """
    keys = tuple(_key(queryset, name) for name in order)
    back, values = _read(cursor, order) if cursor else (False, None)
    stretches = [Q()] if values is None else _stretches(keys, values, back=back)
    sorted_rows = queryset.order_by(*(key.order(back=back) for key in keys))
    found: list[Any] = []
    for stretch in stretches:
        found += sorted_rows.filter(stretch)[: size + 1 - len(found)]
        if len(found) > size:
            break
    more, rows = len(found) > size, found[:size]
    if back:
        rows.reverse()
    return _with_links(rows, order, before=more if back else cursor is not None, after=back or more)


def count(queryset: QuerySet[Any, Any]) -> int | str:
    """How many rows there are, counted no further than a person cares."""
    seen = queryset.order_by()[: MOST_COUNTED + 1].count()
    return seen if seen <= MOST_COUNTED else f"{MOST_COUNTED}+"


def _with_links(rows: list[Any], order: Sequence[str], *, before: bool, after: bool) -> Page:
    if not rows:
        return Page(rows, None, None)
    return Page(
        rows,
        _write(rows[-1], order, back=False) if after else None,
        _write(rows[0], order, back=True) if before else None,
    )


def _key(queryset: QuerySet[Any, Any], name: str) -> Key:
    plain = name.removeprefix("-")
    try:
        nullable = bool(getattr(queryset.model._meta.get_field(plain), "null", False))  # noqa: SLF001
    except FieldDoesNotExist:  # an annotation: its author promises that it is never null
        nullable = False
    return Key(plain, desc=name.startswith("-"), nullable=nullable)


def _stretches(keys: Sequence[Key], values: Sequence[Any], *, back: bool) -> list[Q]:
    """The rows past the cursor, as one range of the first key after another.

    Rows with and without a value are two ranges: asked for in one condition, the database would
    walk the whole index from its start.
    """
    first, value = keys[0], values[0]
    near = first.reach(value, back=back) & _past(keys, values, back=back)
    if not first.nullable or (value is None) != back:
        return [near]
    return [near, first.null(is_null=not back)]


def _past(keys: Sequence[Key], values: Sequence[Any], *, back: bool) -> Q:
    """All rows past the cursor: past by the first key, or tied in it and past by the next, ..."""
    ways, tied = [], Q()
    for key, value in zip(keys, values, strict=True):
        beyond = key.beyond(value, back=back)
        if beyond is not None:
            ways.append(tied & beyond)
        tied &= key.same(value)
    return reduce(or_, ways)


def _write(row: Any, order: Sequence[str], *, back: bool) -> str:
    names = [name.removeprefix("-") for name in order]
    read: Callable[[str], Any] = itemgetter if isinstance(row, dict) else attrgetter
    values = [_plain(read(name)(row)) for name in names]
    return _signer(order).sign_object([int(back), *values])


def _read(cursor: str, order: Sequence[str]) -> tuple[bool, list[Any]]:
    try:
        back, *values = _signer(order).unsign_object(cursor)
    except Exception as fault:  # altered text can break signature, base64, JSON or shape alike
        raise BadCursorError from fault
    return bool(back), values


def _signer(order: Sequence[str]) -> signing.Signer:
    # signed, so that what comes back is what we wrote: of the right type, for the same ordering
    return signing.Signer(salt="rest.cursors:" + ",".join(order))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
