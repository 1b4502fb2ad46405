"""What stands around every page: rendered once for all who see the same, then filled in.

What differs between two requests (a person's name, the address, the token of forms) is a mark in
what is kept, and is put in anew for each: nothing of one request is ever in another's page.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pages import navigation, topics
from pages.context import script_words
from people.rights import Right, may

# Two languages, few sets of rights, six places, three zones: far fewer than this in practice.
KEPT = 512
ASKED = frozenset(
    {Right.SYNC} | {place.right for place in (*navigation.PLACES, *navigation.ASIDE)}
)  # the rights that the frame's parts look at
MARK = re.compile("\ue000(\\w+)\ue000")  # letters of nobody's alphabet


class Seen(NamedTuple):
    """All that a part of the frame is made from: the same for many requests."""

    language: str
    rights: frozenset[Right]
    urlconf: str  # what is mounted, and where
    prefix: str
    path: str  # of the place that the page belongs to
    zone: str
    keys: str


class Entry(NamedTuple):
    """A place with its address, and whether the page belongs to it."""

    place: navigation.Place
    address: str
    here: bool


def part(name: str, request: HttpRequest, chosen: Mapping[str, Any]) -> SafeString:
    """Return a part of the frame for this request; `chosen` holds the reader's zone and keys.

    And the page's token for forms, where it has one: another costs 64 calls to the system.
    """
    make = _pieces.__wrapped__ if settings.DEBUG else _pieces
    pieces = make(name, _seen(request, chosen))
    values: dict[str, str] = {}
    for mark in pieces[1::2]:
        if mark not in values:
            known = chosen.get("csrf_token") if mark == "csrf" else None
            values[mark] = conditional_escape(known or VALUES[mark](request))
    filled = [values[piece] if place % 2 else piece for place, piece in enumerate(pieces)]
    return SafeString("".join(filled))


def help_address(request: HttpRequest) -> str:
    """Return where the page that is shown is explained."""
    match = request.resolver_match
    return topics.address(match.view_name if match else "")


VALUES: dict[str, Any] = {
    "csrf": get_token,
    "name": lambda request: request.user.get_username(),
    "search": lambda request: request.GET.get("q", ""),
    "address": lambda request: request.get_full_path(),
    "help": help_address,
}


def _seen(request: HttpRequest, chosen: Mapping[str, Any]) -> Seen:
    known: Seen | None = getattr(request, "fleet_seen", None)
    if known is None:
        urlconf = str(get_urlconf() or settings.ROOT_URLCONF)
        known = Seen(
            language=get_language() or "en",
            rights=frozenset(right for right in ASKED if may(request, right)),
            urlconf=urlconf,
            prefix=get_script_prefix(),
            path=_place_of(request.path, urlconf),
            zone=chosen["zone"],
            keys=chosen["keys"],
        )
        request.fleet_seen = known  # type: ignore[attr-defined]  # four parts ask
    return known


def _place_of(path: str, urlconf: str) -> str:
    found = [
        address
        for _place, address in _mounted(navigation.PLACES, urlconf)
        if navigation.is_here(path, address)
    ]
    return next(iter(found), "")


@lru_cache(KEPT)
def _mounted(
    places: tuple[navigation.Place, ...], urlconf: str
) -> list[tuple[navigation.Place, str]]:
    """Return the places that have an address; what is not mounted is left out."""
    found = []
    for place in places:
        try:
            found.append((place, reverse(place.view, urlconf)))
        except NoReverseMatch:
            continue
    return found


def _entries(places: tuple[navigation.Place, ...], seen: Seen) -> list[Entry]:
    return [
        Entry(place, address, address == seen.path)
        for place, address in _mounted(places, seen.urlconf)
        if place.right is Right.BROWSE or place.right in seen.rights
    ]


@lru_cache(KEPT)
def _pieces(name: str, seen: Seen) -> list[str]:
    """Render a part; what stands at odd places of the answer is the name of a mark."""
    marks = {name: SafeString(f"\ue000{name}\ue000") for name in VALUES}
    context = {
        "LANGUAGE_CODE": seen.language,
        "zone": seen.zone,
        "keys": seen.keys,
        "places": _entries(navigation.PLACES, seen),
        "aside": _entries(navigation.ASIDE, seen),
        "may_sync": Right.SYNC in seen.rights,
        "script_words": script_words(),
        "csrf_token": marks["csrf"],
        "mark": marks,
    }
    return MARK.split(render_to_string(name, context))
