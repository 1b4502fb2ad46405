"""What was asked of the device cloud, how far it is, and the buttons that steer it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from devices import operations as door
from devices.models import Operation, OperationItem
from devices.views import operation_progress as shapes
from pages import keyset
from pages.shared import shared
from people.gates import require
from people.rights import Right, may

NEWEST = keyset.Order("created_at", descending=True, kind=datetime)
SHOWS = ("all", "mine", "waiting")
MOST_WAITING = 99  # a number on a tab; beyond it "99+" says the same

State = Operation.State
PARTS = {
    "operation-head": "devices/_operation_head.html",
    "operation-buttons": "devices/_operation_buttons.html",
    "operation-results": "devices/_operation_results.html",
}


@require_GET
@require()
@vary_on_headers("HX-Target")
@shared("operation-table", personal=lambda query: query.get("show", "all") != "all")
def listing(request: HttpRequest) -> HttpResponse:
    """Show operations, newest first: all, mine, or those that wait for my approval."""
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    size = keyset.size_of(request.GET.get("size"))
    page = keyset.page(_shown(request, show), NEWEST, request.GET.get("cursor"), size)
    progress = shapes.progress(page.rows)
    context = {
        "show": show,
        "page": page,
        "sizes": keyset.SIZES,
        "lines": [
            (one, progress[one.pk], shapes.title(one, progress[one.pk].total)) for one in page.rows
        ],
        "waiting": _shown(request, "waiting")[: MOST_WAITING + 1].count(),
        "most_waiting": MOST_WAITING,
        "may_rename": may(request, Right.RENAME),
        "may_approve": may(request, Right.APPROVE),
    }
    refresh = request.headers.get("HX-Target") == "operation-table"
    template = "devices/_operation_table.html" if refresh else "devices/operations.html"
    return render(request, template, context)


def _shown(request: HttpRequest, show: str) -> QuerySet[Operation, Operation]:
    rows = Operation.objects.all()
    if show == "mine":
        return rows.filter(requested_by=_person(request))
    if show == "waiting":
        if not may(request, Right.APPROVE):
            return rows.none()
        return rows.filter(state=State.AWAITING_APPROVAL).exclude(requested_by=_person(request))
    return rows


@require_GET
@require()
@vary_on_headers("HX-Target")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one operation; only the part that an open page asks for anew."""
    operation = get_object_or_404(Operation, pk=pk)
    template = PARTS.get(request.headers.get("HX-Target", ""), "devices/operation.html")
    now = timezone.now()
    progress = shapes.progress([operation])[operation.pk]
    context = {
        "operation": operation,
        "title": shapes.title(operation, progress.total),
        "progress": progress,
        "left": shapes.left_words(shapes.time_left(operation, progress.queued)),
        "over": operation.state in shapes.OVER,
        "cools": operation.state == State.COOLING_OFF and operation.starts_at > now,
        "now": now,
        **_offered(request, operation),
        **_results(request, operation),
    }
    return render(request, template, context)


def _offered(request: HttpRequest, operation: Operation) -> dict[str, bool]:
    """Return which buttons make sense for this person and this state; the door asks again."""
    right = door.RIGHTS[Operation.Kind(operation.kind)]
    mine = operation.requested_by_id == _person(request).pk
    acts = may(request, right)
    waits = operation.state == State.AWAITING_APPROVAL
    return {
        "may_act": acts,
        "may_pause": acts and operation.state in {State.COOLING_OFF, State.RUNNING},
        "may_resume": acts and operation.state == State.PAUSED,
        "may_cancel": acts and operation.state not in shapes.OVER,
        "may_approve": waits and may(request, Right.APPROVE) and not mine,
        "may_reject": waits and may(request, Right.APPROVE),
        "may_retry": acts,
        "waits_for_other": waits and mine,
    }


def _results(request: HttpRequest, operation: Operation) -> dict[str, Any]:
    outcome = request.GET.get("outcome", "")
    items = operation.items.order_by("position")
    if outcome in OperationItem.Outcome.values:
        items = items.filter(outcome=outcome)
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0  # noqa: PLR2004
    size = keyset.size_of(request.GET.get("size"))
    found = list(items.filter(position__gte=place).select_related("device")[: size + 1])
    return {
        "outcome": outcome,
        "results": shapes.results(found[:size], get_language() or "en"),
        "further": found[size].position if len(found) > size else None,
        "started_later": place > 0,
        "size": size,
    }


ACTIONS: dict[str, tuple[Callable[..., Any], Callable[[], str]]] = {
    "approve": (door.approve, lambda: _("Approved. It starts after the cooling-off time.")),
    "reject": (door.reject, lambda: _("Rejected. Nothing was sent.")),
    "cancel": (door.cancel, lambda: _("Cancelled. What was not sent yet will not be sent.")),
    "pause": (door.pause, lambda: _("Paused. Nothing more is sent until you resume.")),
    "resume": (door.resume, lambda: _("Resumed.")),
}


@require_POST
@require()
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Steer an operation. What the door refuses is said in words on its page."""
    operation = get_object_or_404(Operation, pk=pk)
    try:
        if action == "retry-failed":
            operation = door.retry_failed(operation, by=_person(request), now=timezone.now())
            messages.success(request, _("Asked again for the devices that were refused."))
        elif action in ACTIONS:
            call, words = ACTIONS[action]
            call(operation, by=_person(request), now=timezone.now(), **_seen(request, action))
            messages.success(request, words())
        else:
            raise Http404
    except door.Forbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except (door.WrongState, door.Busy, door.NotRetired, door.BadOrder, door.Stale) as refusal:
        messages.error(request, str(refusal))
    return redirect("devices:operation", pk=operation.pk)


def _seen(request: HttpRequest, action: str) -> dict[str, str]:
    """Return the hash of the list that the page showed: an approval is bound to it."""
    return {"plan_hash": request.POST.get("plan_hash", "")} if action == "approve" else {}


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):  # the gate lets nobody else in
        raise Http404
    return user
