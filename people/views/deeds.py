"""What people did that others must be able to ask about, for those who manage people."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_GET

from people import record
from people.forms import RecordForm
from people.gates import require
from people.rights import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 50
LONGEST_KEY = 18  # digits; more would be no row's number


@require(Right.ADMIN)
@require_GET
def deeds(request: HttpRequest) -> HttpResponse:
    """Show a page of deeds, the newest first; `before` is the number that the page starts below."""
    form = RecordForm(request.GET)
    found, before = record.found(form.question).order_by("-id"), request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) <= LONGEST_KEY:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: SIZE + 1])
    context = {
        "form": form,
        "file": urlencode(form.asked | {"format": "csv"}),
        "deeds": rows[:SIZE],
        "older": rows[SIZE - 1].pk if len(rows) > SIZE else None,
    }
    return render(request, "people/deeds.html", context)
