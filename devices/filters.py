"""The search line of the device list: words and tokens such as `online:false seen:<24h`.

Reading the line is pure; what cannot be read becomes a hint beside the line, never an empty list.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from devices import querysets
from devices.lookups import SHORTEST_OF_TRIGRAMS
from devices.models import OperationItem, Product
from devices.plans import OPEN
from devices.querysets import DeviceQuerySet
from reporting import standings

TOKEN = re.compile(r'(?P<key>[a-z_]+):(?P<value>"[^"]*"|\S+)')
AGE = re.compile(r"(?P<sign>[<>])(?P<number>\d{1,5})(?P<unit>[smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
STATES = ("present", "missing", "removed")
GONE = {"removed", "all"}  # what left stays in sight, retired before or not
LONGEST = 500  # characters of a search line


class Unreadable(Exception):  # noqa: N818  becomes a hint
    """The token's value makes no sense; the text says what would."""


@dataclass(frozen=True)
class Token:
    """One `key:value` of the line, and the line without it (for the cross on its chip)."""

    key: str
    value: str
    without: str


@dataclass(frozen=True)
class Search:
    """What a line asks for."""

    text: str
    words: str
    tokens: tuple[Token, ...] = ()
    hints: tuple[str, ...] = ()
    conditions: tuple[Q, ...] = field(default=(), repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing in particular."""
        return not self.words and not self.tokens

    @property
    def is_telling(self) -> bool:
        """Whether it has few devices' words: three letters, any that is not Latin, or a name."""
        telling = len(self.words) >= SHORTEST_OF_TRIGRAMS or not self.words.isascii()
        return telling or bool(self.values("name"))

    def values(self, key: str) -> set[str]:
        """Return the values of its tokens of one key."""
        return {one.value for one in self.tokens if one.key == key}

    @property
    def reads_names(self) -> bool:
        """Whether it compares names letter by letter, which takes longer than PostgreSQL thinks."""
        return bool(self.words or self.values("name"))

    @property
    def is_vague(self) -> bool:
        """Whether it has no more than one or two letters, which half of the names may have."""
        return 0 < len(self.words) < SHORTEST_OF_TRIGRAMS and self.words.isascii()

    @property
    def asks_for_retired(self) -> bool:
        """Whether it is about devices that staff retired."""
        return any(TRUTH.get(value.lower()) for value in self.values("retired"))

    def replacing(self, key: str, value: str) -> str:
        """Return the line with its tokens of one key replaced by `key:value`."""
        kept = [spelled(one.key, one.value) for one in self.tokens if one.key != key]
        return " ".join([self.words, *kept, spelled(key, value)]).strip()

    def leaving_out(self, key: str) -> "Search":
        """Return the same question without its tokens of one key."""
        kept = [
            (one, asked)
            for one, asked in zip(self.tokens, self.conditions, strict=True)
            if one.key != key
        ]
        line = " ".join([self.words, *(spelled(one.key, one.value) for one, _q in kept)]).strip()
        tokens, conditions = tuple(one for one, _q in kept), tuple(asked for _one, asked in kept)
        return Search(line, self.words, tokens, self.hints, conditions)

    def apply(self, devices: DeviceQuerySet) -> DeviceQuerySet:
        """Return the devices that the line asks for; removed and retired ones only when named."""
        devices = self._by(self.conditions, devices)
        return devices.search(self.words) if self.words else devices

    def ways(self, devices: DeviceQuerySet, *, along: bool = False) -> list[DeviceQuerySet]:
        """Return the same devices in parts, each of which one index answers by itself.

        Each is in one part; but for who goes `along` all names, where looking twice costs more.
        """
        if self.words:
            found = self._by(self.conditions, devices)
            ways = querysets.ways(self.words, along=along)
            if along:
                return [found.filter(way) for way in ways]
            return [
                found.filter(way, *(~earlier for earlier in ways[:place]))
                for place, way in enumerate(ways)
            ]
        for place, one in enumerate(self.conditions):
            if one.connector == Q.OR and not one.negated:
                others = (*self.conditions[:place], *self.conditions[place + 1 :])
                found = self._by(others, devices)
                return [found.filter(part) for part in one.children]
        return [self._by(self.conditions, devices)]

    def _by(self, conditions: Iterable[Q], devices: DeviceQuerySet) -> DeviceQuerySet:
        states = self.values("state")
        if not states & GONE and not self.values("retired"):
            devices = devices.not_retired()
        if not states:
            devices = devices.not_removed()
        for condition in conditions:
            devices = devices.filter(condition)
        return devices


def parse(line: str, now: datetime) -> Search:
    """Read a search line."""
    text = " ".join(line.replace("\0", " ")[:LONGEST].split())
    tokens, hints, conditions = [], [], []
    for match in TOKEN.finditer(text):
        key, value = match["key"], match["value"].strip('"')
        try:
            conditions.append(condition(key, value, now))
        except Unreadable as problem:
            hints.append(str(problem))
            continue
        without = " ".join((text[: match.start()] + text[match.end() :]).split())
        tokens.append(Token(key, value, without))
    words = " ".join(TOKEN.sub(" ", text).split())
    return Search(text, words, tuple(tokens), tuple(hints), tuple(conditions))


def spelled(key: str, value: str) -> str:
    """Return a token as a person types it."""
    return f"{key}:{quoted(value)}"


def quoted(value: str) -> str:
    """Return a value so that it stays one."""
    return f'"{value}"' if " " in value or not value else value


def broken_cursor() -> str:
    """Say why the first page is shown."""
    return _("This link to a page of the list is broken; here is the first page.")


def condition(key: str, value: str, now: datetime) -> Q:
    """Return what one token asks of a device."""
    if key not in KEYS:
        known = ", ".join(KEYS)
        raise Unreadable(
            _("“%(key)s:” is not known here. Known are: %(known)s.") % {"key": key, "known": known}
        )
    return KEYS[key](value, now)


def online(value: str, _now: datetime) -> Q:
    """`online:true`, `online:false`, or `online:unknown` when the cloud did not say."""
    return Q(online=None) if value == "unknown" else Q(online=truth("online", value))


def category(value: str, _now: datetime) -> Q:
    """`category:dj` or several, `category:dj,cz`."""
    return Q(category__in=value.split(","))


def product(value: str, _now: datetime) -> Q:
    """`product:abc123`, its id, or `product:"desk lamp"`, a part of its name."""
    meant = Product.objects.filter(Q(pk=value) | Q(name__icontains=value))
    # asked now: PostgreSQL knows how many devices these have, not how many it would find
    return Q(product__in=list(meant.values_list("pk", flat=True)))


def seen(value: str, now: datetime) -> Q:
    """`seen:<24h`: an event in the last day; `seen:>7d`: none for a week."""
    match = AGE.fullmatch(value)
    if not match:
        raise Unreadable(_("Write seen: as seen:<24h or seen:>7d (units s, m, h, d)."))
    moment = now - timedelta(**{UNITS[match["unit"]]: int(match["number"])})
    if match["sign"] == "<":
        return Q(last_event_at__gte=moment)
    return Q(last_event_at__lt=moment) | Q(last_event_at=None)


def data_point(value: str, _now: datetime) -> Q:
    """`dp:switch_1=true`: the data point has this value now, as the cloud writes it."""
    code, equals, text = value.partition("=")
    if not (code and equals):
        raise Unreadable(_("Write dp: as dp:switch_1=true or dp:mode=auto."))
    # A word of an enum may look like a number ("1"): both readings count.
    return Q(status__contains={code: text}) | Q(status__contains={code: literal(text)})


def literal(text: str) -> Any:
    """Return the number or truth value that a text spells, else the text."""
    try:
        value = json.loads(text, parse_constant=lambda _name: text)
    except (ValueError, RecursionError):
        return text
    infinite = isinstance(value, float) and not math.isfinite(value)
    return value if isinstance(value, bool | int | float) and not infinite else text


def state(value: str, _now: datetime) -> Q:
    """`state:removed`, `state:missing`, `state:present`, or `state:all`."""
    if value == "all":
        return Q()
    if value not in STATES:
        raise Unreadable(_("state: is one of present, missing, removed, all."))
    return Q(state=value)


def name(value: str, _now: datetime) -> Q:
    """`name:~kitchen` holds the part, `name:"Desk lamp"` is the whole name."""
    if value.startswith("~"):
        return Q(name__holds=value[1:])
    return Q(name__holds=value) & Q(name__iexact=value)  # the first finds it by the index


def operation(value: str, _now: datetime) -> Q:
    """`operation:open`: something was asked of it and has not ended."""
    if value != "open":
        raise Unreadable(_("Write operation:open for devices in an operation that has not ended."))
    return Q(pk__in=OperationItem.objects.filter(outcome__in=OPEN).values("device_id"))


def ush(value: str, _now: datetime) -> Q:
    """`ush:waiting`: USH is still to be told something; `ush:quarantine`: it refuses something."""
    if value not in ("waiting", "quarantine"):
        raise Unreadable(_("ush: is waiting or quarantine."))
    return Q(device_id__in=standings.keys(value))


def sub(value: str, _now: datetime) -> Q:
    """`sub:true`: it hangs behind a gateway."""
    return Q(sub=truth("sub", value))


def retired(value: str, _now: datetime) -> Q:
    """`retired:true`: staff retired it; lists hide it otherwise."""
    return ~Q(retired_at=None) if truth("retired", value) else Q(retired_at=None)


def truth(key: str, value: str) -> bool:
    """Return true or false."""
    if value.lower() not in TRUTH:
        raise Unreadable(_("Write %(key)s:true or %(key)s:false.") % {"key": key})
    return TRUTH[value.lower()]


KEYS: dict[str, Callable[[str, datetime], Q]] = {
    "online": online,
    "category": category,
    "product": product,
    "gateway": lambda value, _now: Q(gateway_id=value),
    "sub": sub,
    "tag": lambda value, _now: Q(tags__contains=[value]),
    "seen": seen,
    "dp": data_point,
    "state": state,
    "name": name,
    "id": lambda value, _now: Q(device_id__holds=value),
    "operation": operation,
    "ush": ush,
    "retired": retired,
}
