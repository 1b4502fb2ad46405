"""Makes many names from one pattern, such as `{product}-{sn:4}`. Pure: reads no rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# What a pattern may name, and what each stands for; the page and REST list exactly these.
NAMES = {
    "name": gettext_noop("its name now"),
    "product": gettext_noop("its product's name"),
    "category": gettext_noop("its category's name"),
    "sn": gettext_noop("its serial number"),
    "mac": gettext_noop("its MAC address without separators"),
    "uuid": gettext_noop("its uuid"),
    "id": gettext_noop("its device id"),
    "n": gettext_noop("its place in the list, from 1; with :3 it reads 001"),
}
NUMBER = "n"
LONGEST = 100  # of a pattern; names have their own limit


class BadPattern(ValueError):  # noqa: N818  it says what is wrong with the pattern
    """The pattern cannot be read; the text says which part and what to write."""


class Unknown(ValueError):  # noqa: N818  it says what is not known
    """A device lacks what the pattern names; the text is that name."""


@dataclass(frozen=True, slots=True)
class Part:
    """Words as they are, then one name and how many of its last characters (None: all)."""

    words: str
    name: str | None
    length: int | None


def parse(pattern: str) -> tuple[Part, ...]:
    """Read a pattern. `{sn:4}` takes the last four characters. Raises `BadPattern`."""
    try:
        found = list(Formatter().parse(pattern))
    except ValueError as exc:
        raise BadPattern(_("A brace is not closed; write {{ for a brace itself.")) from exc
    parts = tuple(_part(*piece) for piece in found)
    if not any(part.name for part in parts):
        raise BadPattern(
            _("The pattern names nothing that differs between devices, such as {sn:4} or {n:3}.")
        )
    return parts


def _part(words: str, name: str | None, spec: str | None, conversion: str | None) -> Part:
    if name is None:
        return Part(words, None, None)
    if name not in NAMES or conversion:
        raise BadPattern(
            _("{%(given)s} is no name that a pattern knows; it knows %(known)s.")
            % {"given": name, "known": ", ".join(f"{{{one}}}" for one in NAMES)}
        )
    if spec and not (spec.isascii() and spec.isdigit() and 0 < int(spec) <= LONGEST):
        raise BadPattern(
            _("After the colon of {%(name)s:%(given)s} stands a number of characters, from 1.")
            % {"name": name, "given": spec}
        )
    return Part(words, name, int(spec) if spec else None)


def fill(parts: tuple[Part, ...], facts: Mapping[str, str]) -> str:
    """Return one device's name. Raises `Unknown`."""
    return "".join(part.words + _fact(part, facts) for part in parts).strip()


def _fact(part: Part, facts: Mapping[str, str]) -> str:
    if part.name is None:
        return ""
    fact = facts.get(part.name, "").strip()
    if not fact:
        raise Unknown(part.name)
    if part.length is None:
        return fact
    return fact.zfill(part.length) if part.name == NUMBER else fact[-part.length :]
