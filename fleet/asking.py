"""Reads from a bare request whether it asks for a shared part, and all that the part depends on."""

from http.cookies import CookieError
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict, parse_cookie

from pages.shared import PARTS
from people.rights import Right

MARK = b"x-fleet-mark"  # what the page has been told, as static/fleet/live.js sends it
# An address, a part, words, and who packs: of the rest an answer that many get knows nothing.
TELLING = (b"host", b"accept-language", b"x-forwarded-proto", b"x-forwarded-host", b"hx-request")


class Same(NamedTuple):
    """All that the part depends on, except on what was announced."""

    scheme: str
    root: str
    path: bytes
    query: bytes
    target: str
    headers: tuple[bytes, ...]
    choices: tuple[tuple[str, str], ...]  # what the reader chose and a cookie keeps
    rights: frozenset[Right] = frozenset()


class Asked(NamedTuple):
    """A request for a part that many see alike."""

    same: Same
    session: str
    token: str  # the secret of forms, as the cookie has it
    mark: str
    packed: str  # what the browser takes


def read(scope: Any) -> Asked | None:
    """Return what is asked for; None where nothing of it may be shared, or only one asks."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    headers = dict(scope["headers"])
    target = headers.get(b"hx-target", b"").decode("latin-1")
    personal = PARTS.get(target)
    # Without a mark somebody pressed a key: nobody else asks that now, and Django answers sooner.
    if personal is None or b"authorization" in headers or not headers.get(MARK):
        return None
    cookies = _cookies(headers)
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    query = _query(scope)
    if not session or query is None or personal(query):
        return None
    return Asked(
        same=_same(scope, headers, target, cookies),
        session=session,
        token=cookies.get(settings.CSRF_COOKIE_NAME, ""),
        mark=headers.get(MARK, b"").decode("latin-1"),
        packed=headers.get(b"accept-encoding", b"").decode("latin-1"),
    )


def _query(scope: Any) -> QueryDict | None:
    try:
        return QueryDict(scope["query_string"])
    except TooManyFieldsSent:
        return None  # Django refuses it in words


def _same(scope: Any, headers: dict[bytes, bytes], target: str, cookies: dict[str, str]) -> Same:
    return Same(
        scheme=scope.get("scheme", "http"),
        root=scope.get("root_path", ""),
        path=scope.get("raw_path") or scope["path"].encode(),
        query=scope["query_string"],
        target=target,
        headers=tuple(headers.get(name, b"") for name in TELLING),
        choices=tuple(sorted(one for one in cookies.items() if _is_choice(one[0]))),
    )


def _is_choice(cookie: str) -> bool:
    own = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    return cookie == settings.LANGUAGE_COOKIE_NAME or (
        cookie.startswith("fleet_") and cookie not in own
    )


def _cookies(headers: dict[bytes, bytes]) -> dict[str, str]:
    try:
        return parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return {}
