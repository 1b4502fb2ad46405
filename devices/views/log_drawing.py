"""The explorer's table as HTML: each row flat, so that the template looks nothing up.

A page has two hundred rows of two dozen pieces. Asks no database.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from django.http import QueryDict
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from devices.folding import Fold
from devices.models import Provenance
from devices.views.log_rows import Line
from pages import marks, moments

PLACE = ("before", "after", "at")  # a place in the log means nothing under another filter


class Folded(NamedTuple):
    """What is written of the rows behind one."""

    number: int
    times: int
    first: SafeString


class Row(NamedTuple):
    """One row in the order in which the template takes it apart; `inside`: the fold's number."""

    id: str
    inside: int
    zone: str
    at: SafeString
    device: str
    name: str
    by_others: bool
    sign: SafeString
    event: str
    code: str
    spelled: str
    was: str
    css: str
    text: str
    folded: Folded | None
    problem: str
    source: str
    source_id: int | None
    operation: int | None
    received: str
    known: str
    lag: str
    raw: SafeString


def drawn(folds: Sequence[Fold[Line]], query: QueryDict, now: datetime) -> SafeString:
    """Return the rows of the explorer's table as HTML; their links keep the filter of `query`."""
    context = {
        "rows": list(_rows(folds, now)),
        "here": address_without(query, *PLACE),
        "only": _begun(address_without(query, *PLACE, "code")),
    }
    found = get_template("devices/_log_rows.jinja.html", using="jinja2").render(context)
    return mark_safe(found)  # noqa: S308  it escapes


def address_without(query: QueryDict, *names: str) -> str:
    """Return the address of this page with some of its parameters dropped."""
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return f"?{kept.urlencode()}"


def _begun(address: str) -> str:
    """Return an address that another parameter can be written behind."""
    return address if address == "?" else f"{address}&"


def _rows(folds: Sequence[Fold[Line]], now: datetime) -> Iterator[Row]:
    page = _Page(marks.clock(now), {one: str(words) for one, words in Provenance.choices})
    for number, fold in enumerate(folds, 1):
        yield page.row(fold.head, f"log-row-{number}", 0, page.folded(fold, number))
        for place, line in enumerate(fold.rest, 1):
            yield page.row(line, f"log-row-{number}-{place}", number)


class _Page(NamedTuple):
    """What all rows of a page are written with."""

    clock: Callable[..., SafeString]
    known_by: dict[int, str]

    def folded(self, fold: Fold[Line], number: int) -> Folded | None:
        if not fold.rest:
            return None
        return Folded(number, fold.count, self.clock(fold.first, "exact"))

    def row(self, line: Line, name: str, inside: int = 0, folded: Folded | None = None) -> Row:
        entry, device, reading = line.row, line.row.device, line.reading
        return Row(
            id=name,
            inside=inside,
            zone=device.time_zone,
            at=self.clock(entry.event_time, "exact"),
            device=quote(device.device_id),
            name=str(device),
            by_others=line.by_others,
            sign=marks.icon(line.icon),
            event=line.event,
            code=entry.code,
            spelled=quote(entry.code),
            was=line.was,
            css=reading.css if reading else "",
            text=line.text,
            folded=folded,
            problem=reading.problem if reading else "",
            source=line.source,
            source_id=entry.source_id,
            operation=line.operation,
            received=moments.absolute(entry.received_at),
            known=self.known_by.get(entry.provenance, ""),
            lag=line.lag_words,
            raw=_between_tags(line.raw),
        )


def _between_tags(text: str) -> SafeString:
    """Escape what stands between tags: of JSON every fifth letter is a quote, and may stay one."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return mark_safe(plain)  # noqa: S308  it is escaped
