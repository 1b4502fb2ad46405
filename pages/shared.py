"""Says which parts of pages may be given to many from one making. Makes none and keeps none.

`fleet/sharing.py` does, in the event loop; who makes a part for others meets here what they expect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from people.rights import Right, may

View = Callable[..., HttpResponse]
Personal = Callable[[QueryDict], bool]

PARTS: dict[str, Personal] = {}  # by the id of the part, which is its HX-Target
EXPECTED = "fleet.expected"  # in the scope of a request


@dataclass
class Expected:
    """What all hold for whom a part is made; `met` where the page found the same in who asks."""

    rights: frozenset[Right]
    met: bool = False


def everybodys(_query: QueryDict) -> bool:
    """Say that nothing of it is the reader's own."""
    return False


def shared(*targets: str, personal: Personal = everybodys) -> Callable[[View], View]:
    """Decorate a page, under its gate: these parts of it look alike to those with equal rights.

    `personal` tells by the address whether what it shows is about the person who asks.
    """
    PARTS.update(dict.fromkeys(targets, personal))

    def decorate(view: View) -> View:
        @wraps(view)
        def now(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            expected = getattr(request, "scope", {}).get(EXPECTED)
            if expected and request.headers.get("HX-Target") in targets:
                expected.met = rights(request.user) == expected.rights
            return view(request, *args, **kwargs)

        return now

    return decorate


def rights(user: Any) -> frozenset[Right]:
    """Return everything that the user may do."""
    return frozenset(right for right in Right if may(user, right))
