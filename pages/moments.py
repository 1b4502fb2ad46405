"""How a moment is written for a person. Pure: `now` is handed in; stores and pages keep UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds

# Up to this age people think in distances, beyond it in dates.
DISTANT = timedelta(days=60)
FAR_S = DISTANT.total_seconds()

# Clocks of browser and server differ by less than this; nobody reads "in 1 s" of the past.
NOW = 2  # seconds


def moment(value: datetime | float) -> datetime:
    """Take a datetime, or the clouds' milliseconds since 1970."""
    if isinstance(value, datetime):
        return utc(value)
    return datetime.fromtimestamp(value / 1000, UTC)


def utc(at: datetime) -> datetime:
    """Return the moment in UTC; the database gives it so already, and a list has hundreds."""
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def stamp(at: datetime) -> str:
    """RFC 3339 with milliseconds, for machines and for the browser's own rewriting."""
    return utc(at).isoformat(timespec="milliseconds")[:23] + "Z"


def absolute(at: datetime) -> str:
    """To the second: `2026-11-21 12:03:07`."""
    return utc(at).isoformat(" ", "seconds")[:19]


def relative(at: datetime, now: datetime) -> str:
    """As people say it: `3 min ago`, `in 6 h`; far moments are dates."""
    return distance(at, now, words(get_language() or ""))


def distance(at: datetime, now: datetime, words: Mapping[str, str]) -> str:
    """Write the same in the words of a language that is looked up already."""
    seconds = round((now - at).total_seconds())
    if abs(seconds) >= FAR_S:
        return utc(at).isoformat()[:10]
    if abs(seconds) < NOW:
        return words["now"]
    length = _span(abs(seconds), words)
    return (words["ago"] if seconds > 0 else words["in"]) % length


def span(length: timedelta) -> str:
    """Write a duration in its largest unit, rounded down: `59 s`, `3 min`, `2 h`, `5 d`."""
    return _span(int(length.total_seconds()), words(get_language() or ""))


def _span(seconds: int, words: Mapping[str, str]) -> str:
    if seconds < MINUTE:
        return words["s"] % seconds
    if seconds < HOUR:
        return words["min"] % (seconds // MINUTE)
    if seconds < 2 * DAY:
        return words["h"] % (seconds // HOUR)
    return words["d"] % (seconds // DAY)


@lru_cache(8)
def words(_language: str) -> dict[str, str]:
    """Return the words of one language: a page writes hundreds of moments."""
    return {
        "now": _("now"),
        "ago": _("%s ago"),
        "in": _("in %s"),
        "s": _("%d s"),
        "min": _("%d min"),
        "h": _("%d h"),
        "d": _("%d d"),
    }
