"""How many bytes a browser loads: at its first look, and for each page when it has the files.

Every file that a page names is asked for as the browser would: what style sheets and modules name,
too, compressed as the server sends it.
"""

import gzip
import posixpath
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from benchmarks.figures import Limit

FIRST_KB, LATER_KB = 200, 40
KB = 1_000
PAGES = ("/", "/devices/", "/devices/?facets=1", "/logs/", "/operations/", "/delivery/", "/cloud/")
NAMED = re.compile(rb'<(?:script|link)[^>]*\b(?:src|href)="(/static/[^"]+)"')
FROM_STYLE = re.compile(rb'url\("?(?!data:)([^")?#]+)')
FROM_MODULE = re.compile(rb'^(?:import|export)\b[^"\n]*"(\.[^"]+)"', re.MULTILINE)
TAKES = {"accept-encoding": "gzip, br"}

Get = Callable[..., Any]


def limits(get: Get) -> list[Limit]:
    """Weigh the heaviest first look and the heaviest later one."""
    bodies = {page: get(page, **TAKES).body for page in PAGES}
    first = max(len(body) + sum(files(get, page, body).values()) for page, body in bodies.items())
    later = max(map(len, bodies.values()))
    return [
        Limit("KB of a first look", first / KB, FIRST_KB),
        Limit("KB of a later one", later / KB, LATER_KB),
    ]


def files(get: Get, page: str, body: bytes) -> dict[str, int]:
    """Return the files that a page loads, with their bytes on the way."""
    wanted = [(page, NAMED.findall(_plain(body)))]
    found: dict[str, int] = {}
    while wanted:
        place, names = wanted.pop()
        for name in names:
            address = posixpath.normpath(urljoin(place, name.decode()))
            if address not in found:
                found[address] = len(get(address, **TAKES).body)
                wanted.append((address, _named(address, get(address, **{"accept-encoding": ""}))))
    return found


def _named(address: str, answer: Any) -> list[bytes]:
    """Return what a file itself names."""
    pattern = {".css": FROM_STYLE, ".js": FROM_MODULE}.get(posixpath.splitext(address)[1])
    return pattern.findall(answer.body) if pattern else []


def _plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
