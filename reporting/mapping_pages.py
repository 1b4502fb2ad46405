"""The mapping page: what is told of which code, own rows, a trial on a device, what has no word."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from people.gates import require
from people.rights import Right, may

from . import forms, health, wordbook
from .mapping import Line
from .mapping.offers import OFFERS
from .mapping.rows import ROWS
from .models import MappingRow, Sink

MOST_CODES = 50


@require_GET
@require()
def mapping(request: HttpRequest) -> HttpResponse:
    """Show the mapping."""
    return render(request, "reporting/mapping.html", _context(request, forms.RowForm()))


@require_POST
@require(Right.ADMIN)
def write(request: HttpRequest) -> HttpResponse:
    """Try a row on a device, or add it: the button says which."""
    form = forms.RowForm(request.POST)
    trying = "try" in request.POST
    if form.is_valid():
        try:
            if trying:
                tried = _try(form)
                return render(
                    request, "reporting/mapping.html", _context(request, form) | {"tried": tried}
                )
            wordbook.add(form.row(), _who(request), timezone.now())
        except wordbook.RefusedError as refused:
            for field, words in refused.errors.items():
                form.add_error("words" if field == "parameters" else field, words)
        else:
            messages.success(request, _("Added. All devices are translated anew now."))
            return redirect("reporting:mapping")
    return render(request, "reporting/mapping.html", _context(request, form), status=422)


@require_POST
@require(Right.ADMIN)
def offer(request: HttpRequest, number: int) -> HttpResponse:
    """Switch an offered extension on."""
    if number >= len(OFFERS):
        raise Http404(_("There is no such row."))
    line = OFFERS[number]
    given = {name: getattr(line, name) for name in wordbook.FIELDS}
    try:
        wordbook.add(given, _who(request), timezone.now())
    except wordbook.RefusedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Added. All devices are translated anew now."))
    return redirect("reporting:mapping")


@require_POST
@require(Right.ADMIN)
def change(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Switch an own row on or off, or remove it."""
    who, now = _who(request), timezone.now()
    if action in ("on", "off"):
        done = wordbook.switch(pk, who, now, enabled=action == "on") is not None
    elif action == "remove":
        done = wordbook.remove(pk, who, now)
    else:
        done = False
    if not done:
        raise Http404(_("There is no such row."))
    messages.success(request, _("Done. All devices are translated anew now."))
    return redirect("reporting:mapping")


def _try(form: forms.RowForm) -> wordbook.Preview | None:
    key = form.cleaned_data["device"].strip()
    tried = wordbook.preview(form.row(), key) if key else None
    if tried is None:
        form.add_error("device", _("Nobody knows this device. Give a device id of the mirror."))
    return tried


def _context(request: HttpRequest, form: forms.RowForm) -> dict[str, Any]:
    own = list(MappingRow.objects.order_by("code", "category", "property"))
    taken = {(row.code, row.category, row.property) for row in own}
    return {
        "form": form,
        "own": own,
        "offers": [(number, line) for number, line in enumerate(OFFERS) if _key(line) not in taken],
        "published": [row for row in ROWS if not row.suffix],
        "names": forms.published(),
        "unheard": health.unheard(),
        "codes": wordbook.unmapped_codes()[:MOST_CODES],
        "walking": Sink.objects.filter(remap_from__isnull=False).exists(),
        "may_map": may(request, Right.ADMIN),
        "now": timezone.now(),
    }


def _key(line: Line) -> tuple[str, str, str]:
    return line.code, line.category, line.property


def _who(request: HttpRequest) -> str:
    user = request.user
    return user.get_username() if isinstance(user, User) else ""
