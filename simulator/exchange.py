"""One HTTP request as it came, and one reply with the manner in which it goes out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

# whole: as it should be. cut: half the body, then closed. silent: closed without a byte.
# reset: torn down with RST. hang: no byte, and open until the time is over.
Ending = Literal["whole", "cut", "silent", "reset", "hang"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller sent. Header names are lower case, query values are decoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    def arg(self, name: str, default: str = "") -> str:
        """Return a query value, or the default when it is not there."""
        return dict(self.query).get(name, default)

    def json(self) -> object:
        """Return the body's JSON, or None when it has none."""
        try:
            document: object = json.loads(self.body)
        except ValueError:
            return None
        return document


@dataclass(slots=True)
class Reply:
    """What goes back, after how many seconds, spread over how many, and how it ends."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    wait: float = 0.0
    drip: float = 0.0
    ending: Ending = "whole"
    # Done after the wait, whether or not the caller is still there.
    then: Callable[[], None] | None = None
    # What the recorded call shows: the envelope's code, and the troubles that touched it.
    code: int | str | None = None
    troubles: tuple[str, ...] = ()


def request_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Build a request from what the socket brought."""
    parts = urlsplit(target)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Request(method, unquote(parts.path), query, headers, body)


def json_reply(document: object, status: int = 200) -> Reply:
    """Answer with compact JSON in raw UTF-8, as both clouds write it."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Reply(status, text.encode(), headers)
