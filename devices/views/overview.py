"""The first page: is the fleet well, what is it doing, and what needs a person."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from devices import census, watch, words
from devices import overview as figures
from devices.views import log_rows
from pages.shared import shared
from people.gates import require
from people.rights import Right
from reporting.standings import road

MOST_CATEGORIES = 12


@require_GET
@require(Right.BROWSE)
@vary_on_headers("HX-Request")
@shared("overview")
def overview(request: HttpRequest) -> HttpResponse:
    """Show the fleet in one screen."""
    refresh = request.headers.get("HX-Target") == "overview"
    template = "devices/_overview.html" if refresh else "devices/overview.html"
    return render(request, template, gathered(get_language() or "en"))


def gathered(language: str) -> dict[str, Any]:
    """Return every figure of the page; the number of queries does not grow with the fleet."""
    now = timezone.now()
    tallies = census.by_category()
    whole = census.whole(tallies)
    activity, orders = figures.lately_active(now), figures.operations(now)
    needs = figures.needs(now, orders, whole.total)
    return {
        "whole": whole,
        "categories": [
            (one, words.category_name(one.category, language), words.category_icon(one.category))
            for one in tallies[:MOST_CATEGORIES]
        ],
        "more_categories": max(len(tallies) - MOST_CATEGORIES, 0),
        "needs": needs,
        "others": log_rows.lines(needs.others.latest, language),
        "operations": orders,
        "activity": activity,
        "peak": max(activity.minutes) or 1,
        "proven": figures.lately_proven(now, whole.total),
        "road": road(),
        "lines": log_rows.lines(figures.latest_events(), language),
        "last_run": figures.last_run(),
        "course": watch.course(now),
    }
