"""Entity tags: a read that would say the same again is answered 304, a write on old knowledge 412.

A tag is the digest of the answer's bytes. Where a call may change the thing, a digest of the facts
that it changes stands in front: the cloud moves a device every few seconds, and a note that was
written meanwhile must not be refused for that.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from rest.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from rest_framework.request import Request


class Guarded(Response):
    """The answer of something that may be changed with `If-Match`."""

    def __init__(self, data: Any, facts: Any, status: int = 200) -> None:
        """Keep the digest of the facts that a write would change."""
        super().__init__(data, status)
        self.guard = digest(facts)


def digest(facts: Any) -> str:
    """Some facts as a short text: the same facts, the same text, in every process."""
    return _digest(JSONRenderer().render(facts))


def demand(request: Request, facts: Any) -> None:
    """Answer 412 when the call names what it relies on, and the facts are others by now.

    Ask with the row locked, or somebody may write between the question and the change.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return
    # a proxy that compresses marks tags as weak; the digest of the facts is exact all the same
    tags = [tag.removeprefix("W/").strip('"') for tag in parse_etags(given)]
    if digest(facts) not in [tag.partition(".")[0] for tag in tags if "." in tag]:
        words = _("This was changed since it was read: read it again, then decide.")
        raise Problem(412, "changed", words)


def seal(request: HttpRequest) -> Callable[[Any], HttpResponse | None]:
    """What is done with a rendered answer: give it its tag, or say that it is known already."""

    def sealed(answer: Any) -> HttpResponse | None:
        guard = f"{answer.guard}." if isinstance(answer, Guarded) else ""
        answer.headers["ETag"] = tag = f'"{guard}{_digest(answer.content)}"'
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if tag in [one.removeprefix("W/") for one in known] or known == ["*"]:
            return _not_modified(answer)
        return None

    return sealed


def _not_modified(answer: HttpResponse) -> HttpResponse:
    short = HttpResponseNotModified()
    for name in ("ETag", "Cache-Control", "Vary", "Content-Language"):
        if name in answer.headers:
            short.headers[name] = answer.headers[name]
    short.cookies = answer.cookies
    return short


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()
