"""Reads the process environment into typed values, and refuses nonsense in one sentence.

Knows no setting by name: `fleet/settings.py` says what is read. Imports nothing that boots Django.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
WORDS = {"1": True, "true": True, "yes": True, "on": True}
WORDS |= {"0": False, "false": False, "no": False, "off": False}
SMALLINT = (-(2**15), 2**15 - 1)  # what the numbers of kinds are kept in
# Proofs of orders and the overview read the last day; longer than a century is a slip of the hand.
LIFE = (timedelta(days=1), timedelta(days=36_525))

# Addresses that answer with a cloud machine's own credentials: never a place to send reports to.
METADATA_HOSTS = {"metadata.google.internal", "metadata", "100.100.100.200", "fd00:ec2::254"}


def refuse(name: str, given: str, expected: str) -> ImproperlyConfigured:
    """One sentence: the variable, what was given, what is expected, what to do."""
    return ImproperlyConfigured(
        f"{name} is {given!r}, but must be {expected}: correct it in the environment "
        f"or in .env and start again."
    )


def dotenv(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines; a missing file is an empty one."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, sign, value in pairs if sign}


class Environment:
    """Typed readers over a mapping of strings. An empty value counts as not given."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.seen: dict[str, str] = {}  # what was read: a start notes which of it changed

    def text(self, name: str, default: str = "") -> str:
        """Return the value without surrounding blanks."""
        given = self.values.get(name, "").strip()
        self.seen[name] = given
        return given or default

    def _read(self, name: str, default: T, expected: str, convert: Callable[[str], T]) -> T:
        given = self.text(name)
        if not given:
            return default
        try:
            return convert(given)
        except (ValueError, ArithmeticError):
            raise refuse(name, given, expected) from None

    def integer(self, name: str, default: int, *, least: int = 1, most: int = 2**31 - 1) -> int:
        """Return a whole number between the bounds."""
        expected = f"a whole number from {least} to {most}"
        return self._read(name, default, expected, lambda text: _within(int(text), least, most))

    def optional_integer(self, name: str, *, least: int = 1) -> int | None:
        """Return a whole number, or None when not given."""
        expected = f"a whole number of at least {least}, or nothing"
        return self._read(name, None, expected, lambda text: _within(int(text), least, 2**63))

    def number(self, name: str, default: float, *, least: float, most: float = 1e6) -> float:
        """Return a number between the bounds."""
        expected = f"a number from {least:g} to {most:g}"
        return self._read(name, default, expected, lambda text: _within(float(text), least, most))

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no."""
        return self._read(name, default, "1 or 0", lambda text: _look_up(WORDS, text.lower()))

    def duration(
        self, name: str, default: str, *, least: timedelta = timedelta(milliseconds=100)
    ) -> timedelta:
        """Return a length of time written as 200ms, 30s, 5m, 1h or 2d."""
        expected = f"a duration such as 200ms, 30s, 5m or 1h, of at least {least.total_seconds()} s"
        return self._read(
            name, _duration(default), expected, lambda text: _within(_duration(text), least)
        )

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of the words."""
        expected = "one of " + ", ".join(choices)
        return self._read(
            name, default, expected, lambda text: _look_up({c: c for c in choices}, text)
        )

    def pattern(self, name: str, default: str, pattern: re.Pattern[str], expected: str) -> str:
        """Return a text that matches as a whole."""
        return self._read(name, default, expected, lambda text: _matching(pattern, text))

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """Return an address with one of the schemes, never one of a machine's own metadata."""
        expected = f"an address that starts with {' or '.join(s + '://' for s in schemes)}"
        expected += " and names a host, not a link-local or metadata one"
        return self._read(name, default, expected, lambda text: _address(text, schemes))

    def items(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return the values of a comma-separated list."""
        given = self.text(name)
        return [item.strip() for item in given.split(",") if item.strip()] or list(default)

    def pairs(self, name: str, values: tuple[str, ...]) -> dict[str, str]:
        """Return words and what each stands for, as in `fleet-admins=admin,staff=viewer`."""
        expected = f"word=value pairs with values of {', '.join(values)}"
        return self._read(name, {}, expected, lambda text: _pairs(text, values))

    def lifetimes(self, name: str, default: str) -> dict[int | None, timedelta | None]:
        """Return how long each numbered kind is kept, as in `8=30d,*=forever`.

        The key None stands for every kind that is not named, the value None for no end.
        """
        expected = "kinds and how long each is kept, such as 8=30d,7=400d,*=forever, of at least 1d"
        return self._read(name, _lifetimes(default), expected, _lifetimes)

    def headers(self, name: str) -> dict[str, str]:
        """Return a JSON object of texts."""
        expected = 'a JSON object of texts, such as {"X-Name": "value"}'
        return self._read(name, {}, expected, _texts)


def _within(value: T, least: T, most: T | None = None) -> T:
    if not (value >= least and (most is None or value <= most)):  # type: ignore[operator]
        raise ValueError(value)
    return value


def _look_up(words: Mapping[str, T], text: str) -> T:
    if text not in words:
        raise ValueError(text)
    return words[text]


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _duration(text: str) -> timedelta:
    match = DURATION.fullmatch(text)
    if not match:
        raise ValueError(text)
    return timedelta(seconds=float(match[1]) * UNITS[match[2]])


def _lifetimes(text: str) -> dict[int | None, timedelta | None]:
    kept: dict[int | None, timedelta | None] = {}
    for pair in text.split(","):
        kind, _sign, span = (part.strip() for part in pair.partition("="))
        number = None if kind == "*" else _within(int(kind), *SMALLINT)
        if number in kept:
            raise ValueError(text)
        kept[number] = None if span == "forever" else _within(_duration(span), *LIFE)
    return {None: None} | kept


def _pairs(text: str, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in text.split(","):
        word, sign, value = pair.strip().rpartition("=")
        if not (sign and word and value in values):
            raise ValueError(text)
        found[word] = value
    return found


def _texts(text: str) -> dict[str, str]:
    value = json.loads(text)
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValueError(text)
    return value


def _address(text: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(text)
    local_socket = parts.scheme in {"unix", "postgresql", "postgres"}
    if parts.scheme not in schemes or not (parts.hostname or local_socket) or _forbidden(parts):
        raise ValueError(text)
    _ = parts.port  # raises ValueError when it is no number
    return text


def _forbidden(parts: SplitResult) -> bool:
    host = (parts.hostname or "").rstrip(".")
    if host in METADATA_HOSTS:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_link_local
    except ValueError:
        return False
