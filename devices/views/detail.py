"""One device's page: its head, and a tab for each question a person has about it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from devices import explorer, portrait, saved, words
from devices.models import Device, LogEntry, OperationItem, SavedView
from devices.portrait import Portrait
from devices.views import link, log_address, log_rows, standing, then
from devices.views.allowed import allowed
from devices.views.cards import cards
from devices.views.rows import rows
from pages import keyset
from pages.shared import shared
from people.gates import require
from people.rights import Right
from reporting import outbox

RANGES = ("1h", "24h", "7d", "30d")  # static/fleet/chart.js knows how long each is
MOST_CHARTS = 4  # below each other on one time axis
RECENT = 8  # events beside the values


class Tab(NamedTuple):
    """A tab with its own address; `name` is the last part of it."""

    name: str
    label: str | Promise


TABS = (
    Tab("", _("Overview")),
    Tab("history", _("History")),
    Tab("then", _("As of")),
    Tab("events", _("Events")),
    Tab("sub-devices", _("Sub-devices")),
    Tab("delivery", _("Delivery")),
    Tab("operations", _("Operations")),
    Tab("factory", _("Factory & raw")),
)


@require_GET
@require(Right.BROWSE)
@vary_on_headers("HX-Request")
@shared("device-part")
def detail(request: HttpRequest, device_id: str, tab: str = "") -> HttpResponse:
    """Show a device under one of its tabs."""
    found = portrait.of(device_id)
    if found is None:
        raise Http404
    now, language = timezone.now(), get_language() or "en"
    context = head(request, found, now, tab)
    context |= CONTENT[tab](request, found.device, now, language)
    part = request.headers.get("HX-Target") == "device-part"
    return render(request, f"devices/{'_part' if part else 'detail'}.html", context)


def head(request: HttpRequest, found: Portrait, now: datetime, tab: str) -> dict[str, Any]:
    """Return what stands above every tab."""
    device, language = found.device, get_language() or "en"
    return {
        "device": device,
        "state": standing.state(device),
        "since": standing.since(device),
        "category": words.category_name(device.category, language),
        "icon_name": words.category_icon(device.category),
        "ribbon_of": standing.ribbon(device, now),
        "gateway": found.gateway,
        "operation": found.operation,
        "tab": tab,
        "tabs": [
            one
            for one in TABS
            if one.name != "sub-devices" or found.has_children or tab == one.name
        ],
        "part": f"devices/_{(tab or 'values').replace('-', '_')}.html",
        **link.relatives(device, has_kin=found.has_kin),
        **allowed(request),
    }


def values(_request: HttpRequest, device: Device, _now: datetime, language: str) -> dict[str, Any]:
    """Return the current values, what USH knows, and what happened last."""
    rows = LogEntry.objects.of_one(device.pk).order_by("-device_id", "-place")
    recent = explorer.with_devices(rows[:RECENT], [device])
    return {
        "cards": cards(device, language),
        "told": outbox.knowledge(device.device_id),
        "lines": log_rows.lines(recent, language, unbroken=True),
    }


def history(request: HttpRequest, device: Device, _now: datetime, language: str) -> dict[str, Any]:
    """Return what can be drawn; the chart itself asks `history.json`."""
    drawable = [card for card in cards(device, language) if card.drawable]
    asked = list(dict.fromkeys(request.GET.getlist("code")))[:MOST_CHARTS]
    by_code = {card.code: card for card in drawable}
    chosen = [by_code[code] for code in asked if code in by_code] or drawable[:1]
    return {
        "drawable": drawable,
        "chosen": chosen,
        "addable": [card for card in drawable if card not in chosen]
        if len(chosen) < MOST_CHARTS
        else [],
        "ranges": RANGES,
        "continued": link.older(request, device),
    }


def happened(request: HttpRequest, device: Device, now: datetime, language: str) -> dict[str, Any]:
    """Return a page of the device's log; the address is read as the log explorer reads it."""
    query = request.GET.copy()
    query.setdefault("range", "30d" if query.get("at") else "7d")
    query.pop("device", None)
    asked = log_address.read(query, now)
    if further := log_address.widened(asked, query):
        query = QueryDict(further.removeprefix("?"), mutable=True)
        asked = log_address.read(query, now)
    if asked.wanted is None:
        return {"problems": asked.problems, "lines": []}
    query["device"] = device.device_id
    earlier = link.older(request, device)
    drawn_of = (device, *earlier)
    wanted = replace(asked.wanted, devices=tuple(one.pk for one in drawn_of))
    page = explorer.page(wanted, asked.size, before=asked.before, after=asked.after, known=drawn_of)
    unbroken = explorer.is_unbroken(wanted)
    return {
        "lines": log_rows.lines(page.rows, language, unbroken=unbroken),
        "continued": earlier,
        "older": page.older and log_address.write(page.older),
        "newer": page.newer and log_address.write(page.newer),
        "export_query": saved.question(SavedView.Page.LOGS, query),
    }


def sub_devices(
    request: HttpRequest, device: Device, now: datetime, language: str
) -> dict[str, Any]:
    """Return the devices behind this gateway."""
    found = Device.objects.children_of(device.device_id).not_removed()
    found = found.with_books().prefetch_related("product")
    page = keyset.page(
        found,
        keyset.Order("name"),
        request.GET.get("cursor"),
        keyset.size_of(request.GET.get("size")),
    )
    return {"page": page, "sizes": keyset.SIZES, "rows": rows(page.rows, now, language)}


def delivery(
    _request: HttpRequest, device: Device, _now: datetime, _language: str
) -> dict[str, Any]:
    """Return what USH has been told of the device, property by property."""
    return {"told": outbox.knowledge(device.device_id)}


def operations(
    _request: HttpRequest, device: Device, _now: datetime, _language: str
) -> dict[str, Any]:
    """Return what was asked of the device, the newest first."""
    items = OperationItem.objects.filter(device=device).select_related("operation")
    return {"items": items.defer("snapshot").order_by("-operation_id")[:100]}


def factory(
    _request: HttpRequest, device: Device, _now: datetime, _language: str
) -> dict[str, Any]:
    """Return what the maker wrote on it, and its state as the cloud sends it."""
    raw = json.dumps(device.status, ensure_ascii=False, indent=2, sort_keys=True)
    promised = device.product.items if device.product else []
    limits = [{**one, "limits": json.dumps(one["values"], ensure_ascii=False)} for one in promised]
    return {"raw": raw, "specification": limits}


CONTENT: dict[str, Callable[[HttpRequest, Device, datetime, str], dict[str, Any]]] = {
    "": values,
    "history": history,
    "then": then.tab,
    "events": happened,
    "sub-devices": sub_devices,
    "delivery": delivery,
    "operations": operations,
    "factory": factory,
}
