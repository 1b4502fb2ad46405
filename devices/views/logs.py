"""The log explorer: every event of the fleet, found by time, device, type, source and code."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from devices import explorer, survey, telling
from devices.explorer import Page, TooWideError, Wanted
from devices.folding import Fold
from devices.forms import RANGES, USUAL_RANGE
from devices.models import LogEntry, SavedView
from devices.survey import Survey
from devices.views import log_address, log_drawing, log_facets, log_proof, log_rows, saved_views
from devices.views.log_address import Asked
from pages.shared import shared
from people.gates import require
from rest.exports import harmless

CHUNK = 1_000  # rows of an export that are in memory at once
COLUMNS = (
    "event_time_utc", "received_at_utc", "device_id", "device", "event_id", "event", "source_id",
    "source", "code", "value", "raw", "provenance",
)  # fmt: skip


TABLE, SURVEY = "log-table", "log-survey"  # parts that an open page asks for by themselves
TEMPLATES = {TABLE: "devices/_log_table.html", SURVEY: "devices/_log_survey.html"}


@require_GET
@require()
@vary_on_headers("HX-Target")
@shared(TABLE)
def logs(request: HttpRequest) -> HttpResponse:
    """Show the page; only a part of it when the open page asks for that.

    What there is to choose from is counted by a question of its own, once the rows are there.
    """
    now, part = timezone.now(), request.headers.get("HX-Target", "")
    asked = log_address.read(request.GET, now)
    context = {"asked": asked, "now": now, "sizes": log_address.SIZES}
    if asked.wanted is None:
        context |= _around(asked, request.GET) | {"problems": asked.problems}
        return render(request, "devices/logs.html", context, status=400)
    wider = log_address.widened(asked, request.GET)
    if wider:
        return redirect(f"{request.path}{wider}")
    if part not in TEMPLATES:
        context |= _around(asked, request.GET) | saved_views.menu(request, SavedView.Page.LOGS)
    try:
        with explorer.patient():
            context |= _read(asked, asked.wanted, request.GET, now, part)
    except TooWideError:
        words = _("This takes too long to read. Narrow the time range or name a device.")
        context["problems"] = [words]
    return render(request, TEMPLATES.get(part, "devices/logs.html"), context)


def _read(
    asked: Asked, wanted: Wanted, query: QueryDict, now: datetime, part: str
) -> dict[str, Any]:
    device = asked.device
    proof = log_proof.of(device, wanted.start, wanted.end, now) if device else None
    context: dict[str, Any] = {"most": explorer.MOST_COUNTED, "proof": proof}
    counted = None
    if part == SURVEY or (not part and query.get("count")):
        counted = survey.of(wanted)
        context |= _overview(counted, wanted, query)
    if part != SURVEY:
        context |= _rows(asked, wanted, counted, query, now)
    return context


def _around(asked: Asked, query: QueryDict) -> dict[str, Any]:
    """Return what the filter line needs."""
    place = (*log_drawing.PLACE, "cursor")
    return {
        "hidden_codes": [
            (code, log_facets.without_hidden(query, code))
            for code in asked.given.get("not_code", ())
        ],
        "kept": [(name, one) for name in query if name not in place for one in query.getlist(name)],
        "ranges": list(RANGES),
        "range": _range_name(asked),
        "products": log_facets.products(asked.form.data.get("product") or ""),
    }


def _range_name(asked: Asked) -> str:
    form = asked.form
    if form.data.get("start") or form.data.get("end"):
        return ""
    return form.data.get("range") or USUAL_RANGE


def _rows(
    asked: Asked, wanted: Wanted, counted: Survey | None, query: QueryDict, now: datetime
) -> dict[str, Any]:
    # What is rare is looked for further back by a question of its own: `deep`.
    walks = asked.after or query.get("deep")
    start = None if walks else _looked_to(asked, wanted, counted)
    page = _page(asked, replace(wanted, start=start or wanted.start), counted)
    unbroken = explorer.is_unbroken(wanted)
    lines = log_rows.lines(page.rows, get_language() or "en", unbroken=unbroken)
    folds = log_rows.folded(lines) if asked.given["fold"] else [Fold(one) for one in lines]
    return {
        "lines": lines,
        "folds": folds,
        "body": log_drawing.drawn(folds, query, now),
        "older": page.older and log_address.write(page.older),
        "newer": page.newer and log_address.write(page.newer),
        "looked_to": start if page.older is None else None,
    }


def _looked_to(asked: Asked, wanted: Wanted, counted: Survey | None) -> datetime | None:
    """Return from when on a rare choice is looked for; what was counted from the newest says it."""
    if counted and not asked.before:
        return counted.looked_to
    return explorer.reach(wanted, asked.before)


def _page(asked: Asked, looked: Wanted, counted: Survey | None) -> Page:
    """Return the rows; where none was counted in all that is looked at, none is asked for."""
    newest = not (asked.before or asked.after)
    if newest and counted and counted.holds_none(looked.start):
        return Page([], None, None)
    return explorer.page(looked, asked.size, before=asked.before, after=asked.after)


def _overview(counted: Survey, wanted: Wanted, query: QueryDict) -> dict[str, Any]:
    return {
        "histogram": counted.histogram,
        "columns": log_facets.columns(counted.histogram, query),
        "facets": log_facets.shown(counted.facets, wanted, query, get_language() or "en"),
        "facets_cut": counted.cut,
    }


@require()
async def export(request: HttpRequest) -> HttpResponseBase:
    """Send the filter's rows as CSV while they are read; a million of them need no memory."""
    now = timezone.now()
    asked = await sync_to_async(log_address.read)(request.GET, now)
    if asked.wanted is None:
        text = "\n".join(asked.problems)
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    name = f"fleet-logs-{now:%Y%m%dT%H%M%SZ}.csv"
    return StreamingHttpResponse(
        _csv(asked.wanted, get_language() or "en"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Accel-Buffering": "no",
        },
    )


async def _csv(wanted: Wanted, language: str) -> AsyncIterator[bytes]:
    yield _written([COLUMNS])
    before = None
    while True:
        page: Page = await sync_to_async(explorer.page)(wanted, CHUNK, before=before)
        yield _written(_cells(row, language) for row in page.rows)
        if page.older is None:
            return
        before = page.older


def _written(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _cells(row: LogEntry, language: str) -> tuple[Any, ...]:
    return (
        _stamp(row.event_time),
        _stamp(row.received_at),
        row.device.device_id,
        harmless(row.device.name),
        row.event_id,
        telling.event(row.event_id, row.source_id, row.value, language),
        row.source_id,
        log_rows.source_name(row.source_id, language),
        row.code,
        harmless(log_rows.plain(row.value)),
        harmless(row.raw or ""),
        row.get_provenance_display(),
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
