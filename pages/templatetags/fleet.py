"""What templates need and HTML lacks: moments, badges, ribbons, links that keep the query."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pages import badges, frame, moments, ribbons, stored

NOTHING = SafeString('<span class="text-secondary">–</span>')

register = template.Library()
register.filter("stored", stored.translated)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon; without a label it is decoration and silent."""
    look = "fleet-dot" if name == "dot" else f"ti ti-{name}"
    if not label:
        return format_html('<i class="{}" aria-hidden="true"></i>', look)
    return format_html(
        '<i class="{}" role="img" aria-label="{}" title="{}"></i>', look, label, label
    )


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime | int | None, style: str = "relative") -> SafeString:
    """Write a moment: `relative`, `absolute` to the second, or `exact` to the millisecond.

    The browser rewrites it in the reader's zone and keeps distances true; see static/fleet/time.js.
    """
    if value is None:
        return NOTHING
    at = moments.moment(value)
    full = moments.absolute(at)
    if style == "relative":
        words = moments.relative(at, context.get("now") or datetime.now(UTC))
    else:
        words = full + (f".{at.microsecond // 1000:03d}" if style == "exact" else "")
    return format_html(
        '<time datetime="{}" title="{} UTC" data-when="{}">{}</time>',
        moments.stamp(at),
        full,
        style,
        words,
    )


@register.simple_tag
def badge(state: str, words: str = "") -> SafeString:
    """Show a state as shape, word and colour; `words` replaces the word."""
    look = badges.badge(state)
    return format_html(
        '<span class="fleet-badge fleet-{}" data-state="{}">{}{}</span>',
        look.tone,
        state,
        icon(look.icon),
        words or look.word,
    )


@register.simple_tag
def copyable(text: str, label: str = "") -> SafeString:
    """Show an id in small monospace with a button that copies it."""
    if not text:
        return NOTHING
    return format_html(
        '<span class="fleet-id"><code>{}</code><button type="button" class="fleet-copy" '
        'data-copy="{}" aria-label="{}" title="{}">{}</button></span>',
        text,
        text,
        (_("Copy %s") % (label or text)),
        _("Copy"),
        icon("copy"),
    )


@register.simple_tag
def ribbon(segments: Iterable[ribbons.Segment], start: int, end: int, label: str) -> SafeString:
    """Draw the coverage of a time range; the label says in words what the colours say."""
    drawn = format_html_join(
        "",
        '<rect class="fleet-{}" x="{}" y="0" width="{}" height="8"/>',
        ((bar.kind, bar.x, bar.width) for bar in ribbons.bars(segments, start, end)),
    )
    return format_html(
        '<svg class="fleet-ribbon" viewBox="0 0 {} 8" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><title>{}</title>{}</svg>',
        ribbons.WIDTH,
        label,
        label,
        drawn,
    )


@register.simple_tag
def rest_of(whole: int, part: int) -> int:
    """Return what is left above a bar: a drawing counts from its top."""
    return whole - part


@register.simple_tag
def course_height(share: float) -> str:
    """Return where a share of 100 lies in a drawing, which counts from its top."""
    return f"{98 - 0.96 * share:.1f}"


@register.simple_tag
def span(length: timedelta) -> str:
    """Write a duration in its largest unit."""
    return moments.span(length)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Return this page's query string with some parameters set, or dropped when None or empty."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.simple_tag(takes_context=True, name="frame")
def framed(context: Context, name: str) -> SafeString:
    """Put a part of what stands around every page here; see pages/frame.py."""
    chosen = {choice: context.get(choice, "") for choice in ("zone", "keys")}
    return frame.part(name, context["request"], chosen)
