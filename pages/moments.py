"""How a moment is written for a person. Pure: `now` is handed in; stores and pages keep UTC."""

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds

# Up to this age people think in distances, beyond it in dates.
DISTANT = timedelta(days=60)

# Clocks of browser and server differ by less than this; nobody reads "in 1 s" of the past.
NOW = 2  # seconds


def moment(value: datetime | float) -> datetime:
    """Take a datetime, or the clouds' milliseconds since 1970."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromtimestamp(value / 1000, UTC)


def stamp(at: datetime) -> str:
    """RFC 3339 with milliseconds, for machines and for the browser's own rewriting."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def absolute(at: datetime) -> str:
    """To the second: `2026-11-21 12:03:07`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def relative(at: datetime, now: datetime) -> str:
    """As people say it: `3 min ago`, `in 6 h`; far moments are dates."""
    seconds = round((now - at).total_seconds())
    if abs(seconds) >= DISTANT.total_seconds():
        return at.astimezone(UTC).strftime("%Y-%m-%d")
    if abs(seconds) < NOW:
        return _("now")
    words = span(timedelta(seconds=abs(seconds)))
    return (_("%s ago") if seconds > 0 else _("in %s")) % words


def span(length: timedelta) -> str:
    """Write a duration in its largest unit, rounded down: `59 s`, `3 min`, `2 h`, `5 d`."""
    seconds = int(length.total_seconds())
    if seconds < MINUTE:
        return _("%d s") % seconds
    if seconds < HOUR:
        return _("%d min") % (seconds // MINUTE)
    if seconds < 2 * DAY:
        return _("%d h") % (seconds // HOUR)
    return _("%d d") % (seconds // DAY)
