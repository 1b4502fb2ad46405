"""Decides what changed between what we know of a device and what was reported. Touches nothing.

Data-point values stay exactly as the cloud sent them; reading them is `datapoints`' work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

RawValue = Any  # whatever JSON can hold: the vendor keeps no promise about it

PLAIN = {bool, int, str, type(None)}


@dataclass(frozen=True, slots=True)
class Known:
    """A value and the newest moment (ms) at which it was known to hold."""

    value: RawValue
    at: int


@dataclass(frozen=True, slots=True)
class Change:
    """One data point that is different now.

    It happened no later than `at` and, where `not_before` is given, after that moment: a poll
    only proves that something changed since the previous poll.
    """

    code: str
    before: RawValue
    after: RawValue
    first: bool
    at: int
    not_before: int | None


def diff(
    known: Mapping[str, Known],
    reported: Mapping[str, RawValue],
    *,
    at: int,
    not_before: int | None,
) -> tuple[Change, ...]:
    """Return what the report changes, in order of code.

    A report older than what is known changes nothing: feeds deliver late and twice. A code that
    the report leaves out is kept: the cloud leaves codes out between two calls.
    """
    news = [code for code, value in reported.items() if _is_news(known.get(code), value, at)]
    return tuple(
        Change(
            code=code,
            before=known[code].value if code in known else None,
            after=reported[code],
            first=code not in known,
            at=at,
            not_before=not_before,
        )
        for code in sorted(news)
    )


def apply(known: Mapping[str, Known], changes: Iterable[Change]) -> dict[str, Known]:
    """Return what is known after the changes."""
    return {
        **known,
        **{change.code: Known(change.after, change.at) for change in changes},
    }


def same(one: RawValue, other: RawValue) -> bool:
    """Tell whether two raw values mean the same to the vendor.

    JSON knows one kind of number, so 1 is 1.0; true is no number, so it is not 1. NaN is itself,
    or a broken sensor would change at every poll.
    """
    if type(one) is type(other) and type(one) in PLAIN:  # nearly every value of nearly every poll
        return bool(one == other)
    if _is_number(one) and _is_number(other):
        return bool(one == other or (one != one and other != other))  # noqa: PLR0124 NaN
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _is_news(known: Known | None, value: RawValue, at: int) -> bool:
    if known is None:
        return True
    return known.at <= at and not same(known.value, value)


def _is_number(value: RawValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
