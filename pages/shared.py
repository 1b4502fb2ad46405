"""A part that hundreds of open pages ask for after one change is made once for who sees the same.

Only what an open page asks for anew, only until the next announcement, and for a second at most:
whoever was told of a change never gets what was made before it.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from pages import heard
from people.rights import Right, may

AGE_S = 1.0  # beyond it even what nobody announces is new
PATIENCE_S = 5.0  # for whoever makes it; then one makes it oneself
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")\w+')

View = Callable[..., HttpResponse]
Personal = Callable[[HttpRequest], bool]


class Same(NamedTuple):
    """All that the part depends on."""

    moment: int  # how many announcements were heard when it was asked for
    path: str
    target: str
    language: str
    rights: frozenset[Right]
    choices: tuple[tuple[str, str], ...]  # what the reader chose and a cookie keeps
    person: Any  # None where every person with these rights sees the same


@dataclass
class Made:
    """A part that is made, or being made; `pieces` are what stands between forms' tokens."""

    since: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)
    pieces: tuple[bytes, ...] = ()
    kind: str = ""


_made: dict[Same, Made] = {}
_lock = threading.Lock()


def everybodys(_request: HttpRequest) -> bool:
    """Say that nothing of it is the reader's own."""
    return False


def shared(*targets: str, personal: Personal = everybodys) -> Callable[[View], View]:
    """Decorate a page, under its gate: these parts of it are shared by those with equal rights.

    `personal` tells of a request whether what it shows is about the person who asks.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def now(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            moment, target = heard.moment(), request.headers.get("HX-Target", "")
            if moment is None or target not in targets or request.method != "GET":
                return view(request, *args, **kwargs)
            same = _same(request, moment, target, personal)
            made, mine = _taken(same)
            if mine:
                return _make(made, same, lambda: view(request, *args, **kwargs))
            made.done.wait(PATIENCE_S)
            return _answer(made, request) if made.pieces else view(request, *args, **kwargs)

        return now

    return decorate


def _same(request: HttpRequest, moment: int, target: str, personal: Personal) -> Same:
    kept = sorted((name, value) for name, value in request.COOKIES.items() if _is_choice(name))
    return Same(
        moment=moment,
        path=request.get_full_path(),
        target=target,
        language=get_language() or "en",
        rights=frozenset(right for right in Right if may(request, right)),
        choices=tuple(kept),
        person=request.user.pk if personal(request) else None,
    )


def _is_choice(cookie: str) -> bool:
    return cookie.startswith("fleet_") and cookie not in {"fleet_session", "fleet_csrf"}


def _taken(same: Same) -> tuple[Made, bool]:
    """Return what is made already, or a new one and that it is the caller's to make."""
    now = time.monotonic()
    with _lock:
        for key in [key for key, made in _made.items() if now - made.since > AGE_S]:
            del _made[key]
        known = _made.get(same)
        if known is None:
            _made[same] = made = Made(now)
            return made, True
        return known, False


def _make(made: Made, same: Same, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        answer = view()
        plain = answer.status_code == 200 and not answer.streaming and not answer.cookies  # noqa: PLR2004
        if plain and set(answer.headers) == {"Content-Type"}:
            made.pieces, made.kind = tuple(TOKEN.split(answer.content)), answer["Content-Type"]
        return answer
    finally:
        if not made.pieces:
            with _lock:
                _made.pop(same, None)
        made.done.set()


def _answer(made: Made, request: HttpRequest) -> HttpResponse:
    """Return the part with this request's own token in its forms."""
    token = get_token(request).encode() if len(made.pieces) > 1 else b""
    return HttpResponse(token.join(made.pieces), content_type=made.kind)
