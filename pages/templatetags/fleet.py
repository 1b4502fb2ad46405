"""What templates need and HTML lacks: moments, badges, ribbons, links that keep the query."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from pages import frame, marks, moments, stored

register = template.Library()
register.filter("stored", stored.translated)


register.simple_tag(marks.icon)
register.simple_tag(marks.badge)
register.simple_tag(marks.copyable)
register.simple_tag(marks.chip)
register.simple_tag(marks.ribbon)


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime | int | None, style: str = "relative") -> SafeString:
    """Write a moment, against the moment of the page."""
    return marks.moment(value, context.get("now") or datetime.now(UTC), style)


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
    # a page has some sixty of these: no copy of what it was asked by
    given = context["request"].GET.lists()
    pairs = [(name, value) for name, values in given if name not in changes for value in values]
    pairs += [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
    return f"?{urlencode(pairs)}"


@register.simple_tag(takes_context=True)
def rows(context: Context, name: str, **values: object) -> SafeString:
    """Draw the rows of a long table by a template in Jinja2."""
    known = {"now": context.get("now") or datetime.now(UTC)}
    return mark_safe(get_template(name, using="jinja2").render(known | values))  # noqa: S308  it escapes


@register.simple_tag(takes_context=True, name="frame")
def framed(context: Context, name: str) -> SafeString:
    """Put a part of what stands around every page here; see pages/frame.py."""
    chosen = {choice: context.get(choice, "") for choice in ("zone", "keys", "csrf_token")}
    return frame.part(name, context["request"], chosen)
