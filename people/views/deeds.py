"""What people did that others must be able to ask about, for those who manage people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from people.gates import require
from people.models import Deed
from people.rights import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 50
LONGEST_KEY = 18  # digits; more would be no row's number


@require(Right.ADMIN)
@require_GET
def deeds(request: HttpRequest) -> HttpResponse:
    """Show a page of deeds, the newest first; `before` is the number that the page starts below."""
    before = request.GET.get("before", "")
    found = Deed.objects.order_by("-id")
    if before.isascii() and before.isdigit() and len(before) <= LONGEST_KEY:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: SIZE + 1])
    older = rows[SIZE - 1].pk if len(rows) > SIZE else None
    return render(request, "people/deeds.html", {"deeds": rows[:SIZE], "older": older})
