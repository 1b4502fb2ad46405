"""Asking for an operation on one page: the frozen list, the options, the preview, the confirmation.

Nothing is asked of the cloud here; the door writes the order down and refuses what it must.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from devices import operations as door
from devices.forms import MOST_RENAMED, OrderForm
from devices.models import Device, Operation
from devices.plans import DESTRUCTIVE, MOST_DEVICES, Order, Preview
from devices.views import once, phrases
from pages.moments import span
from people.gates import require
from people.rights import may, refusal

Kind = Operation.Kind
NAME = "name:"  # `name:<device id>` carries one device's new name


@dataclass(slots=True)
class Draft:
    """An order that is being put together. `problems` are sentences."""

    form: OrderForm
    kind: Kind
    device_ids: tuple[str, ...]
    names: dict[str, str]
    problems: list[str]

    @property
    def order(self) -> Order:
        """The order as the door takes it."""
        return self.form.order(self.device_ids, self.names)


@require_http_methods(["GET", "HEAD", "POST"])
@require()
def new(request: HttpRequest) -> HttpResponse:
    """Show the order and its preview; a POST that is confirmed hands it to the door."""
    given = request.POST if request.method == "POST" else request.GET
    draft = read(given)
    user = request.user
    if draft is None or not isinstance(user, User):
        return render(request, "devices/operation_scope.html", status=400)
    try:
        if given.get("step") == "request" and request.method == "POST" and not draft.problems:
            done = _request(request, draft, user)
            if done is not None:
                return done
        return _show(request, draft, user)
    except door.Forbidden as problem:
        raise PermissionDenied(str(problem)) from problem


def read(given: QueryDict) -> Draft | None:
    """Read what was sent; None when it names no kind that there is."""
    form = OrderForm(given)
    form.is_valid()
    if "kind" in form.errors:
        return None
    device_ids = _ids(given)
    problems = [
        f"{form.fields[field].label or field}: {words}"
        for field, found in form.errors.items()
        for words in found
    ]
    kind = Kind(form.cleaned_data["kind"])
    names = _names(given, device_ids) if kind is Kind.RENAME else {}
    if kind is Kind.RENAME and len(device_ids) > MOST_RENAMED:
        problems.append(
            _("%(given)d devices were chosen; this page renames at most %(most)d at a time.")
            % {"given": len(device_ids), "most": MOST_RENAMED}
        )
    return Draft(form, kind, device_ids, names, problems)


def _ids(given: QueryDict) -> tuple[str, ...]:
    """Each id once, in the order given; a long list comes as lines of one field."""
    texts = [*given.getlist("device"), *given.get("devices", "").split()]
    ids = [text.replace("\0", "").strip()[:64] for text in texts]
    return tuple(dict.fromkeys(one for one in ids if one))[: MOST_DEVICES + 1]


def _names(given: QueryDict, device_ids: tuple[str, ...]) -> dict[str, str]:
    single = given.get("name")
    names = {one: given.get(NAME + one, single) for one in device_ids}
    return {one: name.replace("\0", "") for one, name in names.items() if name is not None}


def _request(request: HttpRequest, draft: Draft, user: User) -> HttpResponse | None:
    """Hand the order to the door, once a form; None: it was refused, and the page says why."""
    plan = door.preview(draft.order, by=user)
    typed = draft.form.cleaned_data.get("phrase", "")
    if draft.kind in DESTRUCTIVE and not phrases.agree(typed, phrases.of(draft.kind, plan)):
        draft.problems.append(_("The words typed are not the ones asked for. Nothing was sent."))
        return None
    if not draft.form.cleaned_data["plan_hash"]:
        draft.problems.append(_("Look at the preview first, then confirm exactly that."))
        return None
    try:
        operation_id, repeated = once.request(
            draft.order, by=user, key=draft.form.cleaned_data["form_key"], now=timezone.now()
        )
    except door.BadOrder as problem:
        draft.problems.extend(problem.problems.values())
    except (door.Busy, door.Stale) as problem:
        draft.problems.append(str(problem))
    else:
        if repeated:
            messages.info(request, _("This order was given already; here it is."))
        return redirect("devices:operation", pk=operation_id)
    return None


def _show(request: HttpRequest, draft: Draft, user: User) -> HttpResponse:
    if not draft.device_ids:
        # an empty selection never means "all"
        return render(request, "devices/operation_scope.html", {"kind": draft.kind}, status=400)
    plan = _plan(draft, user)
    devices = {
        device.device_id: device
        for device in Device.objects.filter(device_id__in=draft.device_ids)
        .select_related("product")
        .only("device_id", "name", "online", "state", "category", "product__name")
    }
    context = {
        "draft": draft,
        "kind": draft.kind,
        "destructive": draft.kind in DESTRUCTIVE,
        "given": getattr(draft.form, "cleaned_data", {}),
        "scope": [(one, devices.get(one), draft.names.get(one)) for one in draft.device_ids],
        "plan": plan,
        "form_key": secrets.token_urlsafe(24),
        **(_confirmation(draft, plan) if plan else {}),
        "will_act": [(one, devices.get(one.device.device_id)) for one in plan.will_act]
        if plan
        else [],
    }
    status = 400 if draft.problems and request.method == "POST" else 200
    return render(request, "devices/operation_new.html", context, status=status)


def _plan(draft: Draft, user: User) -> Preview | None:
    """Return the preview; None where there is none yet, with the reason among the problems."""
    if draft.kind is Kind.RENAME and not draft.names:
        door_right = door.RIGHTS[draft.kind]
        if not may(user, door_right):
            raise door.Forbidden(refusal(user, door_right))
        return None
    if not draft.form.is_valid():
        return None
    try:
        return door.preview(draft.order, by=user)
    except door.BadOrder as problem:
        draft.problems.extend(one for one in problem.problems.values() if one not in draft.problems)
        return None


def _confirmation(draft: Draft, plan: Preview) -> dict[str, Any]:
    return {
        "phrase": phrases.of(draft.kind, plan) if draft.kind in DESTRUCTIVE else "",
        "button": phrases.button(draft.kind, plan),
        "eta": span_of(plan.eta_seconds),
        "cooling_off": settings.COOLING_OFF,
    }


def span_of(seconds: int) -> str:
    """Say how long it takes."""
    return span(timedelta(seconds=seconds)) if seconds else _("less than a second")
