"""How Fleet stands with the device cloud: project, token, pace, what was read, what failed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from devices import bell, overview, pausing, traffic
from devices import project as shared
from devices.models import Project, SyncRun
from devices.tuya.errors import Explanation, TuyaError, explain
from pages.moments import span
from people.gates import require
from people.rights import Right, may

RUNS = 20
MINUTE_S = 60
SHOWN_OF_ID = 4  # characters at either end: enough to tell two projects apart


# How a call is counted that ended without the vendor's code; the words are the client's.
WITHOUT_CODE = {
    "unavailable": _l("The cloud could not be reached, or asked to come back later."),
    "unanswered": _l("No answer came to a call that changes something; it is not repeated."),
    "unintelligible": _l("The answer made no sense."),
    "refused": _l("The cloud refused without saying why."),
    "broken": _l("Fleet itself failed during the call; see its log."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A vendor's code in the reader's language."""

    code: str
    vendor_words: str
    meaning: str
    advice: str


class Life(msgspec.Struct, frozen=True):
    """The only part of a stored token that may reach a page."""

    deadline_ms: int


@require_GET
@require()
@vary_on_headers("HX-Target")
def cloud(request: HttpRequest) -> HttpResponse:
    """Show the page, or its body when the open page asks for it anew."""
    now, language = timezone.now(), get_language() or "en"
    refresh = request.headers.get("HX-Target") == "cloud-body"
    template = "devices/_cloud.html" if refresh else "devices/cloud.html"
    context = {
        "now": now,
        "may_sync": may(request, Right.SYNC),
        "lag": traffic.lag(now),
        "proven": overview.proven(now),
        "endangered": overview.endangered(now),
        "endpoints": traffic.endpoints(now),
        "troubles": [(one, told(one.code, "", language)) for one in traffic.troubles(now)],
        "runs": [(run, took(run), told(run.error_code, run.error, language)) for run in _runs()],
        **_project(now, language),
        **_quota(now),
    }
    return render(request, template, context)


def _runs() -> list[SyncRun]:
    return list(SyncRun.objects.order_by("-started_at")[:RUNS])


def took(run: SyncRun) -> str:
    """Say how long a run took; nothing while it runs."""
    if run.finished_at is None:
        return ""
    seconds = (run.finished_at - run.started_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < MINUTE_S else span(run.finished_at - run.started_at)


def _project(now: datetime, language: str) -> dict[str, Any]:
    rows = Project.objects.filter(
        client_id=settings.TUYA_CLIENT_ID, base_url=settings.TUYA_BASE_URL
    )
    project = rows.first() or Project()  # before the first look nothing is known of it
    centers = {url: name for name, url in settings.REGIONS.items()}
    return {
        "project": project,
        "client_id": masked(settings.TUYA_CLIENT_ID),
        "base_url": settings.TUYA_BASE_URL,
        "center": centers.get(settings.TUYA_BASE_URL, ""),
        # the listing by users names their ids, which are nobody's business here
        "discovery": settings.TUYA_DISCOVERY.split(":")[0],
        "edition": settings.TUYA_LOG_EDITION,
        "feed": settings.TUYA_FEED,
        "feed_run": _feed_run(),
        "qps": settings.TUYA_QPS,
        "demo_cloud": settings.DEMO,
        "token_ends": _token_end(project),
        "refused": told(project.parked_code, project.parked_message, language)
        if project.parked_at
        else None,
        "last_error": told(project.last_error_code, project.last_error, language),
        "tries_again": project.probe_at if project.probe_at and project.probe_at > now else None,
    }


def _feed_run() -> SyncRun | None:
    """Return the last stretch of the message feed; None where it is off or never ran."""
    if settings.TUYA_FEED == "off":
        return None
    return SyncRun.objects.filter(kind=SyncRun.Kind.FEED).first()


def _token_end(project: Project) -> datetime | None:
    """Return when the token ends, corrected to our clock; the token itself is read no further."""
    try:
        life = msgspec.json.decode(project.token, type=Life)
    except msgspec.DecodeError:
        return None
    return datetime.fromtimestamp((life.deadline_ms - project.clock_offset_ms) / 1000, UTC)


def _quota(now: datetime) -> dict[str, Any]:
    budget = shared.budget(now)
    used, allowed = budget.used, budget.limit
    return {
        "used": used,
        "allowed": allowed,
        "used_percent": min(100, round(100 * used / allowed)) if allowed else None,
        "ends_at": budget.ends_at(),
        "spent": budget.spent,
    }


def masked(text: str) -> str:
    """Show the ends of an id only."""
    if len(text) <= 2 * SHOWN_OF_ID:
        return "•" * len(text)
    return f"{text[:SHOWN_OF_ID]}…{text[-SHOWN_OF_ID:]}"


def told(code: int | str | None, words: str, language: str) -> Told | None:
    """Explain a code; None where nothing went wrong. Words without a code stand for themselves."""
    text = "" if code is None else str(code)
    if not text and not words:
        return None
    if not text.lstrip("-").isdigit():
        return Told(text, words, str(WITHOUT_CODE.get(text, "")), "")
    known: Explanation = explain(int(text))
    chinese = language.startswith("zh")
    return Told(
        code=text,
        vendor_words=words or known.vendor_words,
        meaning=known.meaning_zh if chinese else known.meaning_en,
        advice=known.advice_zh if chinese else known.advice_en,
    )


@require_POST
@require(Right.SYNC)
def sync(request: HttpRequest) -> HttpResponse:
    """Ask for a look at the cloud now; the worker does it, this page shows it."""
    if shared.paused():
        messages.error(request, _("The device cloud is paused: resume it first."))
        return redirect("devices:cloud")
    bell.ring_sync()
    messages.success(request, _("Asked to read the cloud now. The run appears in the list below."))
    return redirect("devices:cloud")


@require_POST
@require(Right.SYNC)
def pause(request: HttpRequest) -> HttpResponse:
    """Leave the cloud alone until somebody resumes."""
    pausing.pause(request, request.POST.get("reason", ""), timezone.now())
    words = _("Paused: nothing is read from the device cloud and no operation makes a call.")
    messages.success(request, words)
    return redirect("devices:cloud")


@require_POST
@require(Right.SYNC)
def resume(request: HttpRequest) -> HttpResponse:
    """Go on at once."""
    pausing.resume(request, timezone.now())
    messages.success(request, _("Resumed: the cloud is read now."))
    return redirect("devices:cloud")


@require_POST
@require(Right.SYNC)
def test(request: HttpRequest) -> HttpResponse:
    """Ask the cloud for a token now and say how it went: keys, data center, distance, clock."""
    try:
        with shared.connect() as link:
            probe = link.test()
    except TuyaError as error:
        messages.error(request, refusal(error))
    else:
        words = _(
            "The cloud answered in %(ms)d ms; its clock is %(offset)+d ms against ours;"
            " the token lives %(minutes)d minutes more."
        )
        figures = {"ms": probe.latency_ms, "offset": probe.offset_ms}
        messages.success(request, words % (figures | {"minutes": probe.expires_in // MINUTE_S}))
        shared.start_afresh()
    return redirect("devices:cloud")


def refusal(error: TuyaError) -> str:
    """Say in the reader's language what the cloud refused, and what to do."""
    explained = told(error.code, error.message, get_language() or "en")
    if explained is None or error.code is None:
        return error.message
    parts = (f"{explained.code} {explained.meaning}", explained.advice, f"“{error.message}”")
    return " ".join(part for part in parts if part)
