"""Exports of history as files: asked for from the explorer, followed, downloaded and cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from devices import export_manifests, export_progress, log_exports
from devices.explorer import Wanted
from devices.export_progress import Progress
from devices.export_question import Question
from devices.forms import NOBODY
from devices.models import Device, LogExport
from devices.views import log_address
from devices.views.log_address import Asked
from devices.views.operation_progress import left_words
from pages import keyset
from people.gates import require
from people.rights import Right, may
from rest import files

NEWEST = keyset.Order("asked_at", descending=True, kind=datetime)
LONGEST = 8_000  # characters of a filter; an address is not longer
MEDIA = "application/gzip"
LABELS: Mapping[str, str | Promise] = {
    "event": _l("Event"),
    "source": _l("Source"),
    "provenance": _l("Known by"),
    "code": _l("Code"),
    "not_code": _l("Without code"),
    "changes": _l("Only changes"),
    "device": _l("Device"),
    "product_id": _l("Product"),
}
MOST_SAID = 3  # values of one filter that a line names


@dataclass(frozen=True, slots=True)
class Line:
    """One export as the table shows it."""

    export: LogExport
    progress: Progress
    left: str
    filters: tuple[tuple[str, str], ...]
    start: datetime
    end: datetime
    address: str

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.export.state in log_exports.OPEN


@require_GET
@require(Right.BROWSE)
@vary_on_headers("HX-Target")
def listing(request: HttpRequest) -> HttpResponse:
    """Show one's exports, an admin's page everybody's, newest first."""
    now, size = timezone.now(), keyset.size_of(request.GET.get("size"))
    page = keyset.page(log_exports.seen_by(request), NEWEST, request.GET.get("cursor"), size)
    context = {
        "page": page,
        "sizes": keyset.SIZES,
        "lines": [line(one, now) for one in page.rows],
        "sees_all": may(request, Right.ADMIN),
        "now": now,
    }
    part = request.headers.get("HX-Target") == "export-table"
    return render(request, f"devices/{'_export_table' if part else 'exports'}.html", context)


def line(export: LogExport, now: datetime) -> Line:
    """Return what the table says of an export."""
    progress, asked = export_progress.of(export, now), export.question
    return Line(
        export=export,
        progress=progress,
        left=left_words(progress.left),
        filters=tuple(_said(asked)),
        start=datetime.fromisoformat(asked["start"]),
        end=datetime.fromisoformat(asked["end"]),
        address=_address(asked),
    )


def _said(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, label in LABELS.items():
        given = asked[name]
        if given is True:
            found.append((str(label), ""))
        elif given:
            shown = [NOBODY if one is None else str(one) for one in given]
            more = f" … ({len(shown)})" if len(shown) > MOST_SAID else ""
            found.append((str(label), ", ".join(shown[:MOST_SAID]) + more))
    return found


def _address(asked: Mapping[str, Any]) -> str:
    """Return where the explorer shows the same rows; empty where one address cannot say it."""
    devices, products = asked["device"] or [], asked["product_id"] or []
    if len(devices) > 1 or len(products) > 1 or asked["device"] == []:
        return ""
    plain = ("event", "source", "provenance", "code", "not_code")
    pairs = [
        ("start", asked["start"]),
        ("end", asked["end"]),
        *((name, NOBODY if v is None else v) for name in plain for v in asked[name]),
        *(("changes", "1") for _on in (asked["changes"],) if _on),
        *(("device", one) for one in devices),
        *(("product", one) for one in products),
    ]
    return f"{reverse('devices:logs')}?{urlencode(pairs)}"


@require_POST
@require(Right.BROWSE)
def ask(request: HttpRequest) -> HttpResponse:
    """Take in an export of what the explorer shows, and lead to the list of exports."""
    now = timezone.now()
    kind = request.POST.get("format", "")
    asked = log_address.read(QueryDict(request.POST.get("query", "")[:LONGEST]), now)
    if kind not in LogExport.Format.values or asked.wanted is None:
        for problem in asked.problems or [_("Choose CSV or NDJSON.")]:
            messages.error(request, problem)
        return redirect("devices:exports")
    try:
        export = log_exports.ask(request, question(asked, asked.wanted), kind, now)
    except log_exports.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("Export #%(id)d is being written. You may leave this page.")
        messages.success(request, words % {"id": export.pk})
    return redirect("devices:exports")


def question(asked: Asked, wanted: Wanted) -> Question:
    """Return what an address of the explorer asks, frozen: devices by id, a product by its own."""
    named = asked.form.cleaned_data["device"].strip()
    product = asked.form.cleaned_data["product"]
    ids = None
    if named:
        found = Device.objects.filter(pk__in=wanted.devices or ()).order_by("pk")
        ids = tuple(found.values_list("device_id", flat=True))
    return Question(replace(wanted, devices=None), ids, (product,) if product else None)


@require_POST
@require(Right.BROWSE)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up an export that waits or runs."""
    if log_exports.cancel(request, find(request, pk), timezone.now()):
        messages.success(
            request, _("Export #%(id)d is cancelled; nothing of it is kept.") % {"id": pk}
        )
    else:
        messages.error(request, _("Export #%(id)d has ended already.") % {"id": pk})
    return redirect("devices:exports")


@require_GET
@require(Right.BROWSE)
async def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file; one that is gone is said to be, on the list."""
    return await sync_to_async(_file)(request, pk)


def _file(request: HttpRequest, pk: int) -> HttpResponseBase:
    export = log_exports.seen_by(request).filter(pk=pk).first()
    if export is None:  # raised, Django would answer it in a thread whose connection stays open
        return render(request, "404.html", status=404)
    path = log_exports.take(request, export, timezone.now())
    if path is None:
        words = _("The file of export #%(id)d is not here: not yet, or no longer.")
        messages.error(request, words % {"id": pk})
        return redirect("devices:exports")
    return files.answer(request, path, MEDIA, export.sha256)


@require_GET
@require(Right.BROWSE)
def manifest(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what proves the file; it is kept when the file is gone."""
    export = find(request, pk)
    if export.manifest is None:
        raise Http404
    name = f"{export.file_name}.manifest.json"
    return JsonResponse(
        export_manifests.ordered(export.manifest),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def find(request: HttpRequest, pk: int) -> LogExport:
    """Return an export that this person may see; any other does not exist."""
    export = log_exports.seen_by(request).filter(pk=pk).first()
    if export is None:
        raise Http404
    return export
