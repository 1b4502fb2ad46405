"""What a fresh Fleet needs: how each thing stands, what that means, what to do next. Only reads.

The page, the overview's card and `manage.py doctor` show the same list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from devices import census, overview
from devices.models import Project, SyncRun
from devices.tuya.errors import TuyaError, explain
from devices.tuya.wire import Probe
from fleet import health
from people.roles import Role
from reporting.reach import Reach
from reporting.standings import Road, road

# Of a vendor's signature: the cloud refuses calls whose clock is minutes off.
CLOCK_MS = 60_000
COMPANY = 2  # people: nobody approves their own operations


class State(StrEnum):
    """How a step stands; trouble is what somebody must act on, open is what is still to come."""

    DONE = "done"
    OPEN = "open"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list; `view` is where to act."""

    key: str
    title: str
    state: State
    words: str
    advice: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """What was tried just now: the device cloud's answer, and the way to USH."""

    cloud: Probe | TuyaError
    ush: Reach


def steps(tested: Tested | None = None) -> list[Step]:
    """Return the list in the order in which things are needed."""
    troubles = health.troubles()
    parts = list(servers(troubles))
    if "database" in troubles:
        return parts
    project = Project.objects.filter(
        client_id=settings.TUYA_CLIENT_ID, base_url=settings.TUYA_BASE_URL
    ).first()
    probe = tested.cloud if tested else None
    cloud = [keys(project, probe), clock(project, probe), first_look()]
    return [*parts, *cloud, ush(road(), tested.ush if tested else None), *people()]


def servers(troubles: dict[str, str]) -> Iterator[Step]:
    """Yield database, broker and worker as /readyz sees them."""
    told = {
        "database": (_("Database"), _("It answers."), _("See DATABASE_URL in the help.")),
        "broker": (_("Broker"), _("It answers."), _("See BROKER_URL in the help.")),
        "worker": (
            _("Worker"),
            _("One did what beat rang within the last minute."),
            _("Start workers and beat; the first sign of life takes up to a minute."),
        ),
    }
    for key, (title, fine, advice) in told.items():
        if key == "worker" and "broker" in troubles:
            yield Step(key, title, State.OPEN, _("Not known without the broker."))
        elif key in troubles:
            yield Step(key, title, State.TROUBLE, troubles[key], advice)
        else:
            yield Step(key, title, State.DONE, fine)


def keys(project: Project | None, probe: Probe | TuyaError | None) -> Step:
    """Say whether the device cloud accepts this project: as tried just now, or as it was last."""
    title, view = _("Keys of the device cloud"), "devices:cloud"
    if isinstance(probe, TuyaError):
        return refused(title, probe.code, probe.message)
    if probe:
        words = _("The cloud gave a token after %d ms.") % probe.latency_ms
        return Step("keys", title, State.DONE, words, demo(), view)
    if project and (project.parked_code or project.failures):
        code = project.parked_code or project.last_error_code
        return refused(title, code, project.parked_message or project.last_error)
    if project and project.last_ok_at:
        return Step("keys", title, State.DONE, _("The cloud answers."), demo(), view)
    return Step("keys", title, State.OPEN, _("The cloud was not asked yet."), "", view)


def demo() -> str:
    """Say what the demo stands for; nothing outside of it."""
    if not settings.DEMO:
        return ""
    return _(
        "This is the demo: set TUYA_CLIENT_ID and TUYA_CLIENT_SECRET to mirror your own devices."
    )


def refused(title: str, code: int | None, said: str) -> Step:
    """Explain a refusal in the reader's language."""
    if code is None:
        return Step("keys", title, State.TROUBLE, said, "", "devices:cloud")
    known, chinese = explain(code), (get_language() or "").startswith("zh")
    meaning = known.meaning_zh if chinese else known.meaning_en
    advice = known.advice_zh if chinese else known.advice_en
    return Step("keys", title, State.TROUBLE, f"{code} {meaning}", advice, "devices:cloud")


def clock(project: Project | None, probe: Probe | TuyaError | None) -> Step:
    """Say how far the cloud's clock is from this machine's."""
    title, view = _("Clock"), "devices:cloud"
    if isinstance(probe, Probe):
        offset = probe.offset_ms
    elif project and project.last_ok_at:
        offset = project.clock_offset_ms
    else:
        return Step("clock", title, State.OPEN, _("Known once the cloud has answered."))
    words = _("The cloud's clock is %+d ms against this machine's.") % offset
    if abs(offset) < CLOCK_MS:
        return Step("clock", title, State.DONE, words, "", view)
    return Step("clock", title, State.TROUBLE, words, _("Set this machine's clock by NTP."), view)


def first_look() -> Step:
    """Say whether a whole list of devices was read."""
    title, view = _("First look at the devices"), "devices:cloud"
    complete = Q(kind=SyncRun.Kind.SYNC, outcome=SyncRun.Outcome.COMPLETE)
    if SyncRun.objects.filter(complete).exists():
        whole = census.whole(census.by_category())
        present = whole.online + whole.offline + whole.unknown
        words = _("%d devices are listed by the cloud.") % present
        return Step("look", title, State.DONE, words, "", "devices:list")
    last = overview.last_run()
    if last and last.outcome == SyncRun.Outcome.FAILED:
        advice = _("Fleet tries again by itself; the Cloud page names the cause.")
        return Step("look", title, State.TROUBLE, last.error or _("It failed."), advice, view)
    return Step("look", title, State.OPEN, _("No complete list was read yet."), "", view)


def ush(now: Road, reached: Reach | None) -> Step:
    """Say whether USH can be told."""
    title, view = "USH", "reporting:delivery"
    if reached and reached.problem:
        words = _("%(place)s cannot be reached (%(problem)s).") % {
            "place": reached.place,
            "problem": reached.problem,
        }
        advice = _("Check USH_REPORT_URL, USH_PROXY and the firewall. Nothing is lost meanwhile.")
        return Step("ush", title, State.TROUBLE, words, advice, view)
    if now.stopped:
        return Step("ush", title, State.TROUBLE, now.stopped, "", view)
    if now.last_ok_at:
        return Step("ush", title, State.DONE, _("It accepted reports."), "", view)
    if reached:
        words = _("%(place)s answers after %(ms)d ms; no report was sent yet.")
        figures = {"place": reached.place, "ms": reached.took_ms}
        return Step("ush", title, State.DONE, words % figures, "", view)
    return Step("ush", title, State.OPEN, _("Nothing was told yet."), "", view)


def people() -> Iterator[Step]:
    """Yield whether there is a second person, and second factors for those who may do all."""
    view = "people:staff"
    count = User.objects.filter(is_active=True).count()
    title = _("A second person")
    words = ngettext("%d person can sign in.", "%d people can sign in.", count) % count
    if count >= COMPANY:
        yield Step("people", title, State.DONE, words, "", view)
    else:
        advice = _("Add one: nobody approves their own operations.")
        yield Step("people", title, State.OPEN, words, advice, view)
    admins = User.objects.filter(is_active=True).filter(
        Q(groups__name=Role.ADMIN.value) | Q(is_superuser=True)
    )
    bare = admins.exclude(pk__in=Authenticator.objects.values("user")).distinct().count()
    title = _("Second factors of admins")
    if bare:
        words = ngettext(
            "%d admin signs in with a password only.",
            "%d admins sign in with a password only.",
            bare,
        )
        words %= bare
        advice = _("Each adds an app or a passkey under Account.")
        yield Step("factors", title, State.OPEN, words, advice, "mfa_index")
    else:
        words = _("Every admin has one.")
        yield Step("factors", title, State.DONE, words, "", "mfa_index")
