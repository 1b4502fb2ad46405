"""The small marks of every page as HTML, written fast: a list draws hundreds of each.

Templates of both kinds ask here; what is not our own text is escaped. Decides nothing.
"""

import html
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pages import badges, moments, ribbons

NOTHING = SafeString('<span class="text-secondary">–</span>')
MOST_KEPT = 1_000  # marks of each kind; there are about a hundred icons and fifty states


def escape(text: Any) -> str:
    """Escape what is not escaped yet; of plain text without Django's look for lazy words."""
    return html.escape(text) if type(text) is str else conditional_escape(text)


def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon; without a label it is decoration and silent."""
    if not label:
        return _decoration(name)
    said, look = escape(label), escape(_look(name))
    return SafeString(f'<i class="{look}" role="img" aria-label="{said}" title="{said}"></i>')


@lru_cache(MOST_KEPT)
def _decoration(name: str) -> SafeString:
    return SafeString(f'<i class="{escape(_look(name))}" aria-hidden="true"></i>')


def _look(name: str) -> str:
    return "fleet-dot" if name == "dot" else f"ti ti-{name}"


def moment(value: datetime | float | None, now: datetime, style: str = "relative") -> SafeString:
    """Write a moment: `relative`, `absolute` to the second, or `exact` to the millisecond.

    The browser rewrites it in the reader's zone and keeps distances true; see static/fleet/time.js.
    """
    return clock(now)(value, style)


def clock(now: datetime) -> Callable[..., SafeString]:
    """Return what writes moments of one page; a list of fifty rows has a hundred of them."""
    words = moments.words(get_language() or "")

    def write(value: datetime | float | None, style: str = "relative") -> SafeString:
        if value is None:
            return NOTHING
        at = moments.moment(value)
        full = at.isoformat(" ", "milliseconds")
        day, time, thousandths = full[:10], full[11:19], full[19:23]
        if style == "relative":
            said = escape(moments.distance(at, now, words))
        else:
            said = full[:23] if style == "exact" else full[:19]
        # RFC 3339 for the browser's own rewriting, from what is written already
        return SafeString(
            f'<time datetime="{day}T{time}{thousandths}Z" title="{day} {time} UTC" '
            f'data-when="{style}">{said}</time>'
        )

    return write


def badge(state: str, words: str = "") -> SafeString:
    """Show a state as shape, word and colour; `words` replaces the word."""
    return _badge(state, words) if words else usual_badges(get_language() or "")[state]


class Badges(dict[str, SafeString]):
    """The badges of a language, each written when it is first asked for."""

    def __missing__(self, state: str) -> SafeString:
        written = _badge(state, str(badges.badge(state).word))
        if len(self) < MOST_KEPT:
            self[state] = written
        return written


@lru_cache(8)
def usual_badges(_language: str) -> Badges:
    """Return the badges with their usual words; the language is the one of this moment."""
    return Badges()


def _badge(state: str, words: str) -> SafeString:
    look = badges.badge(state)
    return SafeString(
        f'<span class="fleet-badge fleet-{look.tone}" data-state="{escape(state)}">'
        f"{_decoration(look.icon)}{escape(words)}</span>"
    )


def copyable(text: str, label: str = "") -> SafeString:
    """Show an id in small monospace with a button that copies it."""
    if not text:
        return NOTHING
    shown, language = escape(text), get_language() or ""
    said = _copying(language, label) if label else _copying.__wrapped__(language, text)
    return SafeString(
        f'<span class="fleet-id"><code>{shown}</code><button type="button" class="fleet-copy" '
        f'data-copy="{shown}"{said}</button></span>'
    )


@lru_cache(MOST_KEPT)
def _copying(_language: str, what: str) -> str:
    said, copy = escape(_("Copy %s") % what), escape(_("Copy"))
    return f' aria-label="{said}" title="{copy}">{_decoration("copy")}'


def chip(name: str, text: str, key: str, problem: str = "", css: str = "") -> SafeString:
    """Show a value with its name; `key` lets it flash when it changes, `css` is its colour."""
    return SafeString(
        f'{_chip_head(name, problem)}{swatch(css) if css else ""}<span data-flash="{escape(key)}">'
        f"{escape(text)}</span>{_warning(problem) if problem else ''}</span>"
    )


def swatch(css: str) -> SafeString:
    """Show a colour, before its words."""
    return SafeString(
        '<svg class="fleet-swatch" viewBox="0 0 1 1" aria-hidden="true">'
        f'<rect width="1" height="1" fill="{escape(css)}"/></svg> '
    )


def _warning(problem: str) -> str:
    return f" {icon('alert-triangle', problem)}"


@lru_cache(MOST_KEPT)
def _chip_head(name: str, problem: str) -> str:
    bad, said = (" fleet-chip-bad", f": {escape(problem)}") if problem else ("", "")
    named = escape(name)
    return (
        f'<span class="fleet-chip{bad}" title="{named}{said}">'
        f'<span class="fleet-chip-key">{named}</span> '
    )


def ribbon(segments: Iterable[ribbons.Segment], start: int, end: int, label: str) -> SafeString:
    """Draw the coverage of a time range; the label says in words what the colours say."""
    drawn = "".join(
        f'<rect class="fleet-{bar.kind}" x="{bar.x}" y="0" width="{bar.width}" height="8"/>'
        for bar in ribbons.bars(segments, start, end)
    )
    said = escape(label)
    return SafeString(
        f'<svg class="fleet-ribbon" viewBox="0 0 {ribbons.WIDTH} 8" preserveAspectRatio="none" '
        f'role="img" aria-label="{said}"><title>{said}</title>{drawn}</svg>'
    )
