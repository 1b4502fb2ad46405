"""Asking for an operation on one page: the frozen list, the options, the preview, the confirmation.

Nothing is asked of the cloud here; the door writes the order down and refuses what it must.
"""

import csv
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from devices import naming
from devices import operations as door
from devices.forms import MOST_TYPED
from devices.models import Device, Operation
from devices.orders import USUAL_PERCENT_OF
from devices.plans import DESTRUCTIVE, Note, Preview
from devices.views import once, operation_draft, phrases
from devices.views.operation_draft import Draft
from pages.moments import span
from people.gates import require
from people.rights import may, refusal

Kind = Operation.Kind
MOST_SHOWN = 1000  # rows of the preview's table; the file has all of them
MOST_NOTES = 100  # of what is skipped, and of what is to look at first
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would carry these out


@require_http_methods(["GET", "HEAD", "POST"])
@require()
def new(request: HttpRequest) -> HttpResponse:
    """Show the order and its preview; a POST that is confirmed hands it to the door."""
    now, user = timezone.now(), request.user
    draft = operation_draft.read(request)
    if draft is None or not isinstance(user, User):
        return render(request, "devices/operation_scope.html", status=400)
    try:
        if _step(request) == "request" and request.method == "POST" and not draft.problems:
            done = _request(request, draft, user, now)
            if done is not None:
                return done
        return _show(request, draft, user, now)
    except door.Forbidden as problem:
        raise PermissionDenied(str(problem)) from problem


def _step(request: HttpRequest) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return given.get("step", "")


def _request(request: HttpRequest, draft: Draft, user: User, now: datetime) -> HttpResponse | None:
    """Hand the order to the door, once a form; None: it was refused, and the page says why."""
    try:
        return _hand_over(request, draft, user, now)
    except door.BadOrder as problem:
        draft.problems.extend(problem.problems.values())
    except (door.Busy, door.NotRetired, door.Stale) as problem:
        draft.problems.append(str(problem))
    return None


def _hand_over(
    request: HttpRequest, draft: Draft, user: User, now: datetime
) -> HttpResponse | None:
    plan = door.preview(draft.order, by=user, now=now)
    typed = draft.form.cleaned_data.get("phrase", "")
    if draft.kind in DESTRUCTIVE and not phrases.agree(typed, phrases.of(draft.kind, plan)):
        draft.problems.append(_("The words typed are not the ones asked for. Nothing was sent."))
        return None
    if not draft.form.cleaned_data["plan_hash"]:
        draft.problems.append(_("Look at the preview first, then confirm exactly that."))
        return None
    operation_id, repeated = once.request(
        draft.order, by=user, key=draft.form.cleaned_data["form_key"], now=now
    )
    if repeated:
        messages.info(request, _("This order was given already; here it is."))
    return redirect("devices:operation", pk=operation_id)


def _show(request: HttpRequest, draft: Draft, user: User, now: datetime) -> HttpResponse:
    if not draft.device_ids:
        # an empty selection never means "all"
        return _ask_for_devices(request, draft, user)
    plan = _plan(draft, user, now)
    if plan is not None and _step(request) == "download":
        return _file(plan, now)
    status = 400 if draft.problems and request.method == "POST" else 200
    return render(request, "devices/operation_new.html", _shown(draft, plan, now), status=status)


def _ask_for_devices(request: HttpRequest, draft: Draft, user: User) -> HttpResponse:
    """Nothing was chosen: names may come as a list, everything else is ticked in the list."""
    _demand(draft, user)
    context = {"draft": draft, "kind": draft.kind, "lines": request.POST.get("lines", "")}
    asks = draft.kind is Kind.RENAME and not draft.problems and request.method != "POST"
    return render(request, "devices/operation_scope.html", context, status=200 if asks else 400)


def _shown(draft: Draft, plan: Preview | None, now: datetime) -> dict[str, Any]:
    devices = {
        device.device_id: device
        for device in Device.objects.filter(device_id__in=draft.device_ids)
        .select_related("product")
        .only("device_id", "name", "online", "state", "category", "product__name")
    }
    scope = [(one, devices.get(one), draft.names.get(one)) for one in draft.device_ids]
    return {
        "draft": draft,
        "kind": draft.kind,
        "destructive": draft.kind in DESTRUCTIVE,
        "given": getattr(draft.form, "cleaned_data", {}),
        "scope": scope,
        "many": len(scope) > 1,
        "typed": len(scope) <= MOST_TYPED,
        "names_known": [(name, _(words)) for name, words in naming.NAMES.items()],
        "offline": Operation.Offline,
        "usual_percent_of": USUAL_PERCENT_OF,
        "wait_until": draft.form.cleaned_data.get("wait_until") or now + timedelta(days=7),
        "plan": plan,
        "form_key": secrets.token_urlsafe(24),
        **(_confirmation(draft, plan, devices) if plan else {}),
    }


def _plan(draft: Draft, user: User, now: datetime) -> Preview | None:
    """Return the preview; None where there is none yet, with the reason among the problems."""
    if draft.kind is Kind.RENAME and not (draft.names or draft.pattern):
        _demand(draft, user)
        return None
    if not draft.form.is_valid():
        return None
    try:
        return door.preview(draft.order, by=user, now=now)
    except door.BadOrder as problem:
        draft.problems.extend(one for one in problem.problems.values() if one not in draft.problems)
        return None


def _demand(draft: Draft, user: User) -> None:
    right = door.RIGHTS[draft.kind]
    if not may(user, right):
        raise door.Forbidden(refusal(user, right))


def _confirmation(draft: Draft, plan: Preview, devices: dict[str, Device]) -> dict[str, Any]:
    flagged = {note.device_id for note in plan.warn}
    return {
        "phrase": phrases.of(draft.kind, plan) if draft.kind in DESTRUCTIVE else "",
        "button": phrases.button(draft.kind, plan),
        "eta": span_of(plan.eta_seconds),
        "cooling_off": settings.COOLING_OFF,
        "approval_expires": span(settings.APPROVAL_EXPIRES),
        "most_shown": MOST_SHOWN,
        "warned": _named(plan.warn, devices),
        "skipped": _named(plan.skip, devices),
        "will_act": [
            (one, devices.get(one.device.device_id), one.device.device_id in flagged)
            for one in plan.will_act[:MOST_SHOWN]
        ],
    }


def _named(notes: Sequence[Note], devices: dict[str, Device]) -> list[tuple[Note, Device | None]]:
    return [(note, devices.get(note.device_id)) for note in notes[:MOST_NOTES]]


def span_of(seconds: int) -> str:
    """Say how long it takes."""
    return span(timedelta(seconds=seconds)) if seconds else _("less than a second")


def _file(plan: Preview, now: datetime) -> HttpResponse:
    """Return the whole preview as a file."""
    name = f"fleet-preview-{now:%Y%m%dT%H%M%SZ}.csv"
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    csv.writer(answer).writerows([_harmless(cell) for cell in row] for row in _rows(plan))
    return answer


def _rows(plan: Preview) -> Iterator[tuple[str, ...]]:
    yield ("device_id", "name", "new_name", "what", "why")
    warned: dict[str, str] = {}
    for note in plan.warn:
        warned[note.device_id] = " ".join(filter(None, (warned.get(note.device_id), note.why)))
    for one in plan.will_act:
        key = one.device.device_id
        yield (key, one.device.name, one.new_name, "act", warned.get(key, ""))
    for note in plan.skip:
        yield (note.device_id, "", "", "skip", note.why)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
