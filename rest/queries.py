"""Reads the parameters of a call strictly: what is not understood is refused by name.

Knows no model; the readers return values.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from rest.problems import invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from rest_framework.request import Request

LONGEST = 500  # characters of one parameter; nothing that we search is longer
LONGEST_CURSOR = 4000
FLAGS = {"true": True, "1": True, "false": False, "0": False}
# a "+" that a client did not escape arrives as a space
LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Answer 400 for parameters that the call does not have: a typo must not widen a list."""
    unknown = sorted(set(request.query_params) - set(known))
    if unknown:
        words = _("No such parameter. Known here: %(names)s.") % {"names": ", ".join(sorted(known))}
        raise invalid({name: [words] for name in unknown})


def refuse_unstorable(request: Request, path: Mapping[str, object]) -> None:
    """Answer 400 for text that no database text can be compared with."""
    parts = {name: [str(value)] for name, value in path.items()}
    for name, values in (parts | dict(request.query_params.lists())).items():
        longest = LONGEST_CURSOR if name == "cursor" else LONGEST
        if any("\x00" in value or len(value) > longest for value in (name, *values)):
            raise invalid({name.replace("\x00", "?"): [_("Too long, or not text.")]})


def text(query: Mapping[str, str], name: str) -> str | None:
    """The parameter without outer spaces; None when left out or empty."""
    return query.get(name, "").strip() or None


def texts(query: Mapping[str, str], name: str) -> list[str]:
    """A list with commas; empty when left out."""
    return [part.strip() for part in query.get(name, "").split(",") if part.strip()]


def flag(query: Mapping[str, str], name: str) -> bool | None:
    """True or false; None when left out."""
    given = text(query, name)
    if given is None:
        return None
    if given.lower() not in FLAGS:
        raise invalid({name: [_("true or false, please.")]})
    return FLAGS[given.lower()]


def choice(query: Mapping[str, str], name: str, known: Collection[str]) -> str | None:
    """One of some words; None when left out."""
    given = text(query, name)
    if given is not None and given not in known:
        raise invalid({name: [_("One of: %(names)s.") % {"names": ", ".join(known)}]})
    return given


def choices(query: Mapping[str, str], name: str, known: Collection[str]) -> list[str]:
    """Some of some words; empty when left out."""
    given = texts(query, name)
    if set(given) - set(known):
        raise invalid({name: [_("Any of: %(names)s.") % {"names": ", ".join(known)}]})
    return given


def number(query: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    """A whole number within bounds; None when left out."""
    given = text(query, name)
    return None if given is None else _number(name, given, least, most)


def numbers(query: Mapping[str, str], name: str, least: int, most: int) -> list[int]:
    """Whole numbers with commas; empty when left out."""
    return [_number(name, part, least, most) for part in texts(query, name)]


def _number(name: str, given: str, least: int, most: int) -> int:
    if re.fullmatch(r"-?[0-9]{1,18}", given) and least <= int(given) <= most:
        return int(given)
    bounds = {"least": least, "most": most}
    raise invalid({name: [_("A whole number from %(least)s to %(most)s, please.") % bounds]})


def moment(query: Mapping[str, str], name: str) -> datetime | None:
    """A time of RFC 3339, or a date for its midnight; UTC if it names no zone; None if left out."""
    given = text(query, name)
    if given is None:
        return None
    try:
        return _utc(parse_datetime(LOST_PLUS.sub("+", given)) or _midnight(parse_date(given)))
    except (ValueError, OverflowError, TypeError) as fault:
        words = _("A time like 2026-11-21T08:30:00Z, please.")
        raise invalid({name: [words]}) from fault


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _utc(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
