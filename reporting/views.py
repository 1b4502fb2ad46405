"""The delivery page: how the road to USH is, what waits, what was sent, and its buttons."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from pages import keyset
from pages.shared import shared
from people.gates import require
from people.rights import Right, may

from . import checks, deeds, health, outbox, phrases, steering, terms
from .models import Cell, Report
from .outcomes import Outcome

DIRTY = Q(version__gt=F("acked_version"))
LONGEST_ID = 19  # digits
NEWEST = keyset.Order("sent_at", descending=True, kind=datetime)
BY_DEVICE = keyset.Order("ush_device_id")
PARTS = {
    "delivery-road": "reporting/_road.html",
    "delivery-cells": "reporting/_cells.html",
    "delivery-reports": "reporting/_reports.html",
}


@require_GET
@require()
@vary_on_headers("HX-Target")
@shared(*PARTS)
def delivery(request: HttpRequest) -> HttpResponse:
    """Show the road to USH and, below, cells or reports; only the part that an open page wants."""
    part = request.headers.get("HX-Target", "")
    now = timezone.now()
    show = "reports" if request.GET.get("show") == "reports" else "cells"
    context: dict[str, Any] = {"now": now, "show": show, "sizes": keyset.SIZES}
    if part in ("", "delivery-road") or part not in PARTS:
        context |= _road(request, now)
    if part != "delivery-road":
        context |= _reports(request) if show == "reports" else _cells(request)
    return render(request, PARTS.get(part, "reporting/delivery.html"), context)


@require_GET
@require()
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request to USH with its body and the beginning of the answer."""
    one = get_object_or_404(Report, pk=pk)
    context = {
        "report": one,
        "meaning": phrases.MEANINGS[one.outcome],
        "request_body": _indented(one.request_body),
        "answer_head": _indented(one.answer_head),
        "now": timezone.now(),
    }
    return render(request, "reporting/report.html", context)


@require_POST
@require(Right.RESYNC)
def act(request: HttpRequest, action: str) -> HttpResponse:
    """Steer the delivery, and say what was done."""
    user, now = request.user, timezone.now()
    by = user.get_username() if isinstance(user, User) else ""
    if action == "pause":
        steering.pause(by, request.POST.get("reason", "")[:300].replace("\x00", ""), now)
        messages.success(request, _("Paused. Changes are collected; nothing is sent."))
    elif action == "resume":
        steering.resume(by, now)
        messages.success(request, _("Resumed. What waits is sent now."))
    elif action == "resync":
        _told(request, steering.tell_again(by, now))
    elif action == "retry":
        _told(request, steering.retry_quarantined(by, now, cell_ids=_ids(request)))
    elif action == "discard":
        _given_up(request, steering.discard(by, now, cell_ids=_ids(request)))
    else:
        raise Http404(_("There is no such action."))
    return redirect("reporting:delivery")


def _ids(request: HttpRequest) -> list[int] | None:
    """Give the cells that a button is about; None is all of them."""
    given = request.POST.getlist("cell")
    return [int(one) for one in given if one.isdecimal() and len(one) < LONGEST_ID] or None


def _given_up(request: HttpRequest, count: int) -> None:
    words = ngettext(
        "%d value given up. USH is told again when it changes.",
        "%d values given up. USH is told again when they change.",
        count,
    )
    messages.success(request, words % count)


def _told(request: HttpRequest, count: int) -> None:
    words = ngettext("%d property will be sent.", "%d properties will be sent.", count) % count
    messages.success(request, words)


def _road(request: HttpRequest, now: datetime) -> dict[str, Any]:
    now_terms = terms.current()
    known = health.measure(now_terms, now)
    hours = health.strip(now)
    return {
        "health": known,
        "hours": hours,
        "peak": max((hour.all for hour in hours), default=0) or 1,
        "causes": health.causes(now),
        "unheard": health.unheard(),
        "stuck": health.stuck(),
        "drift": health.drift(),
        "deeds": deeds.latest(),
        "may_map": may(request, Right.ADMIN),
        "target": now_terms.url,
        "format": now_terms.format.value,
        "plain": checks.plain(now_terms.url),
        "enabled": now_terms.enabled,
        "may_steer": may(request, Right.RESYNC),
        "lag": [_seconds(known.lag_p50_ms), _seconds(known.lag_p95_ms)],
    }


def _cells(request: HttpRequest) -> dict[str, Any]:
    size = keyset.size_of(request.GET.get("size"))
    page = keyset.page(_chosen(request), BY_DEVICE, request.GET.get("cursor"), size)
    return {
        "page": page,
        "told": list(zip([cell.pk for cell in page.rows], outbox.views(page.rows), strict=True)),
        "may_steer": may(request, Right.RESYNC),
        "state": request.GET.get("state", ""),
        "lane": request.GET.get("lane", ""),
        "device": request.GET.get("device", ""),
        "property": request.GET.get("property", ""),
    }


def _chosen(request: HttpRequest) -> QuerySet[Cell]:
    """Give the cells that the filters of the address ask for."""
    found = Cell.objects.filter(sink_id=terms.SINK)
    state = request.GET.get("state") or request.GET.get("lane")
    device = request.GET.get("device", "").strip().replace("\x00", "")
    name = request.GET.get("property", "").strip().replace("\x00", "")
    if state == "waiting":
        found = found.filter(DIRTY)
    elif state == "drift":
        found = found.filter(health.DRIFT)
    elif state == "told":
        found = found.exclude(DIRTY)
    elif state in Cell.Lane.values:
        found = found.filter(lane=state)
    found = found.filter(device_key=device) if device else found
    return found.filter(property=name) if name else found


def _reports(request: HttpRequest) -> dict[str, Any]:
    size = keyset.size_of(request.GET.get("size"))
    outcome = request.GET.get("outcome", "")
    found = Report.objects.defer("request_body", "answer_head")
    if outcome == "failed":
        found = found.exclude(outcome=Outcome.ACCEPTED.letter)
    elif outcome in phrases.MEANINGS:
        found = found.filter(outcome=outcome)
    page = keyset.page(found, NEWEST, request.GET.get("cursor"), size)
    return {"page": page, "outcome": outcome, "meanings": phrases.MEANINGS}


def _seconds(milliseconds: int | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds / 1000:.1f} s"


def _indented(text: str) -> str:
    """Make JSON readable; anything else stays as it came."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
