"""The fake voice cloud: what it was asked, what it accepted, what it now believes."""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from email.utils import format_datetime
from threading import RLock
from typing import NamedTuple

from simulator.exchange import Reply, Request
from simulator.stage import Stage
from simulator.troubles import Trouble
from simulator.ush import formats
from simulator.ush.formats import Format, Malformed, Told
from simulator.ush.vocabulary import published

KEPT = 200_000
_WIRE = (
    "ush_down",
    "ush_429",
    "ush_503",
    "ush_http",
    "ush_html",
    "ush_empty",
    "ush_500",
    "ush_refuses",
    "ush_wrong_format",
)
_AFTER = ("ush_slow_but_applies", "ush_lost_answer", "ush_cut_body")
PAGE = b"<html><body><h1>Welcome</h1></body></html>"


class Accepted(NamedTuple):
    """One value that was taken, in the order of taking."""

    at: int
    device_id: str
    property: str
    value: str


class Asked(NamedTuple):
    """One request: when, where, what it told, and the status and code that answered it."""

    at: int
    path: str
    body: object
    told: tuple[Told, ...]
    status: int
    code: int | str | None


class VoiceCloud:
    """Takes reports. A value counts as known here only once it was applied."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._lock = RLock()
        self._state: dict[tuple[str, str], str] = {}
        self._history: deque[Accepted] = deque(maxlen=KEPT)
        self._requests: deque[Asked] = deque(maxlen=KEPT)

    @property
    def state(self) -> dict[tuple[str, str], str]:
        """What it believes: (device id, property) -> value."""
        with self._lock:
            return dict(self._state)

    @property
    def history(self) -> list[Accepted]:
        """Every value it took, oldest first."""
        with self._lock:
            return list(self._history)

    @property
    def requests(self) -> list[Asked]:
        """Every request that reached it, oldest first, answered well or not."""
        with self._lock:
            return list(self._requests)

    def forget(self) -> None:
        """Lose everything, as a restored or replaced voice cloud would."""
        with self._lock:
            self._state.clear()
            self._history.clear()
            self._requests.clear()

    def answer(self, request: Request) -> Reply:
        """Answer one status report."""
        document, form = request.json(), self._form(request)
        told, reply = self._judged(request, document, form)
        asked = Asked(
            self._stage.clock.now_ms(),
            request.path,
            document,
            tuple(told),
            reply.status,
            reply.code,
        )
        with self._lock:
            self._requests.append(asked)
        return reply

    def _form(self, request: Request) -> Format:
        if request.path == formats.NEW_PATH:
            return "envelope"
        document = request.json()
        wrapped = isinstance(document, dict) and "header" in document
        return "envelope" if wrapped and self._stage.options.ush_envelope_on_old_path else "devices"

    def _judged(self, request: Request, document: object, form: Format) -> tuple[list[Told], Reply]:
        faulty: Reply | None = None
        try:
            told = formats.read(document, form)
        except Malformed as fault:
            told, faulty = list[Told](), formats.failure(form, "ILLEGAL_PARAMS", str(fault))
        trouble = self._stage.board.take(_WIRE, request)
        if trouble is not None:
            return told, _named(_spoiled(trouble, form, self._stage), trouble)
        return told, self._taken(request, told, form) if faulty is None else faulty

    def _taken(self, request: Request, told: list[Told], form: Format) -> Reply:
        large = self._stage.board.peek("ush_413")
        if large is not None and len({one.device_id for one in told}) > large.number("over"):
            self._stage.board.take(["ush_413"], request)
            return _named(Reply(413, PAGE, _html()), large)
        if self._stage.options.ush_vocabulary and not all(published(one) for one in told):
            return formats.failure(
                form, "ILLEGAL_PROPERTY", "a name or value that was never published"
            )
        poisoned = self._poisoned(request, told)
        if poisoned is not None:
            trouble, bad = poisoned
            if not trouble.on("atomic"):
                self._apply(one for one in told if one not in bad)
            code = trouble.text("business_code")
            return _named(formats.failure(form, code, f"refused: {bad[0].device_id}"), trouble)
        return self._applied(request, told, form)

    def _applied(self, request: Request, told: list[Told], form: Format) -> Reply:
        reply = formats.success(form)
        trouble = self._stage.board.take(_AFTER, request)
        if trouble is not None and trouble.name == "ush_slow_but_applies":
            reply.wait, reply.then = trouble.number("seconds"), lambda: self._apply(told)
            return _named(reply, trouble)
        self._apply(told)
        if trouble is None:
            return reply
        reply.ending = "silent" if trouble.name == "ush_lost_answer" else "cut"
        return _named(reply, trouble)

    def _poisoned(self, request: Request, told: list[Told]) -> tuple[Trouble, list[Told]] | None:
        for trouble in self._stage.board.listed():
            if trouble.name != "ush_poisoned":
                continue
            bad = [one for one in told if _matches(trouble, one)]
            if bad and self._stage.board.strike(trouble, request):
                return trouble, bad
        return None

    def _apply(self, told: Iterable[Told]) -> None:
        now = self._stage.clock.now_ms()
        with self._lock:
            for one in told:
                self._state[(one.device_id, one.property)] = one.value
                self._history.append(Accepted(now, *one))


def _matches(trouble: Trouble, told: Told) -> bool:
    wanted = ("device", told.device_id), ("property", told.property), ("value", told.value)
    return all(trouble.text(option) in (None, value) for option, value in wanted)


def _named(reply: Reply, trouble: Trouble) -> Reply:
    reply.troubles = (trouble.name,)
    return reply


def _html() -> dict[str, str]:
    return {"Content-Type": "text/html; charset=utf-8"}


def _spoiled(trouble: Trouble, form: Format, stage: Stage) -> Reply:
    """Answer without having applied anything."""
    if trouble.name == "ush_down":
        return Reply(ending="silent")
    if trouble.name == "ush_empty":
        return Reply()
    if trouble.name in ("ush_500", "ush_refuses"):
        code = trouble.text("business_code") if trouble.name == "ush_refuses" else None
        return formats.failure(form, code, "refused" if code else None)
    if trouble.name == "ush_wrong_format":
        return formats.success("envelope" if form == "devices" else "devices")
    return _paged(trouble, stage)


def _paged(trouble: Trouble, stage: Stage) -> Reply:
    status = {"ush_html": 200, "ush_429": 429, "ush_503": 503}.get(trouble.name)
    if status is None:
        status = int(trouble.number("status"))
    headers = _html()
    if trouble.options.get("retry_after"):
        seconds = int(trouble.number("retry_after"))
        dated = "date" in trouble.options and trouble.on("date")
        moment = stage.clock.now() + timedelta(seconds=seconds)
        headers["Retry-After"] = format_datetime(moment, usegmt=True) if dated else str(seconds)
    return Reply(status, PAGE, headers)
