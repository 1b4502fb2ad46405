"""What is done to the devices ticked in the list without an order: tags, reading them, retiring.

Opening the page changes nothing: it says of how many devices, and what it costs.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from devices import annotations, bell, project, retiring
from devices.models import Device
from devices.plans import MOST_DEVICES
from devices.views import matching, operation_draft
from people.gates import require
from people.rights import Right

MOST_ONE_BY_ONE = 20  # beyond it one look at the whole list is cheaper than a call or two for each
MOST_NAMED = 8  # devices that the page names


Chosen = tuple[str, ...]  # ids of devices
Deed = Callable[[HttpRequest, Chosen, datetime], str | None]


def _of_chosen(what: str) -> Callable[[Deed], Callable[[HttpRequest], HttpResponse]]:
    """Decorate what is done; without devices, or before it is confirmed, its page is shown.

    It is shown again, too, with the words that are returned: why nothing was done.
    """

    def decorate(do: Deed) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(do)
        def view(request: HttpRequest) -> HttpResponse:
            now, given = timezone.now(), _given(request)
            ids, problems = _chosen(given, now)
            if request.method == "POST" and ids and not problems:
                problem = do(request, ids, now)
                if problem is None:
                    return _back(given, ids)
                problems = [problem]
            return _page(request, what, ids, problems)

        return view

    return decorate


@require_http_methods(["GET", "HEAD", "POST"])
@require(Right.TAG)
@_of_chosen("tag")
def tag(request: HttpRequest, ids: Chosen, _now: datetime) -> str | None:
    """Add or take away tags of the chosen devices."""
    given = request.POST
    wanted = given.get("tags", "").replace("\0", "").replace("，", ",").split(",")
    way = "remove" if given.get("way") == "remove" else "add"
    try:
        count = annotations.tag(ids, **{way: wanted})
    except annotations.Unfit as problem:
        return str(problem)
    words = ngettext("%d device has other tags now.", "%d devices have other tags now.", count)
    messages.success(request, words % count)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@require(Right.SYNC)
@_of_chosen("sync")
def sync(request: HttpRequest, ids: Chosen, _now: datetime) -> None:
    """Ask for a look at the chosen devices now; the worker does it."""
    if project.paused():
        messages.error(request, _("The device cloud is paused: resume it first."))
        return
    known = Device.objects.not_removed().not_retired().filter(device_id__in=ids)
    present = list(known.values_list("device_id", flat=True)[: MOST_ONE_BY_ONE + 1])
    if len(present) > MOST_ONE_BY_ONE:
        bell.ring_sync()
    else:
        for one in present:
            bell.ring_device(one)
    if present:
        messages.success(request, _("Asked to read now; what is new appears by itself."))
    else:
        messages.error(request, _("None of these devices is read: they were removed or retired."))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Right.REMOVE)
@_of_chosen("retire")
def retire(request: HttpRequest, ids: Chosen, now: datetime) -> str | None:
    """Retire the chosen devices, with a word of why."""
    try:
        done = retiring.retire(request, ids, request.POST.get("reason", ""), now)
    except retiring.NoReason as problem:
        return str(problem)
    words = ngettext("%d device is retired now.", "%d devices are retired now.", len(done.changed))
    _tell(request, words, done)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@require(Right.REMOVE)
@_of_chosen("restore")
def restore(request: HttpRequest, ids: Chosen, now: datetime) -> None:
    """Bring the chosen devices back."""
    done = retiring.bring_back(request, ids, now)
    words = ngettext("%d device is back.", "%d devices are back.", len(done.changed))
    _tell(request, words, done)


def _tell(request: HttpRequest, words: str, done: retiring.Done) -> None:
    """Say how many, and why the first of the others was left as it was."""
    if done.changed:
        messages.success(request, words % len(done.changed))
    if done.skip:
        note = done.skip[0]
        left = ngettext(
            "%d device was left as it is", "%d devices were left as they are", len(done.skip)
        )
        messages.warning(request, f"{left % len(done.skip)}: {note.device_id}: {note.why}")


def _given(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _chosen(given: QueryDict, now: datetime) -> tuple[Chosen, list[str]]:
    """Return the ids, and why they cannot be taken; an empty choice never means all."""
    problems = matching.problems(given, now) if matching.asked(given) else []
    ids = operation_draft.ids(given, now)
    if len(ids) > MOST_DEVICES:
        words = _("At most %(most)d devices at once: choose fewer.")
        return (), [*problems, words % {"most": MOST_DEVICES}]
    return ids, problems


def _page(request: HttpRequest, what: str, ids: Chosen, problems: list[str]) -> HttpResponse:
    found = Device.objects.filter(device_id__in=ids).only("device_id", "name", "tags")
    named = list(found.order_by("name", "pk")[:MOST_NAMED])
    context = {
        "what": what,
        "ids": ids,
        "named": named,
        "more": len(ids) - len(named),
        "problems": problems,
        "worn": sorted({tag for one in named for tag in one.tags}),
        "one_by_one": len(ids) <= MOST_ONE_BY_ONE,
        "back": _given(request).get("back", ""),
        "typed": request.POST.get("tags", "") or request.POST.get("reason", ""),
        "longest_reason": retiring.LONGEST_REASON,
    }
    return render(
        request, "devices/tending.html", context, status=400 if problems or not ids else 200
    )


def _back(given: QueryDict, ids: Chosen) -> HttpResponse:
    if given.get("back") == "device" and len(ids) == 1:
        return redirect("devices:detail", device_id=ids[0])
    return redirect("devices:list")
