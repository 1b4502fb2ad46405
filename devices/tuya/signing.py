"""How a request is signed: pure functions from its parts to its signature. Sends nothing.

Rule and vectors: developer.tuya.com doc Ka43a5mtx1gsc ("new signature"), Ka4a8uuo1j4t4. Fleet names
no headers to sign: the vendor's own SDKs disagree about the newline behind them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

EMPTY_HASH = hashlib.sha256(b"").hexdigest()
# Nothing else stays bare: a base64 row key holds + / = and a plus would arrive as a blank.
_WIRE_SAFE = "-._~"


def sorted_pairs(query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Put the query in the one order that is both signed and sent."""
    return sorted(query.items())


def signed_url(path: str, query: Mapping[str, str]) -> str:
    """Build path and query as they are signed: sorted by key, values not percent-encoded."""
    pairs = "&".join(f"{key}={value}" for key, value in sorted_pairs(query))
    return f"{path}?{pairs}" if pairs else path


def wire_url(path: str, query: Mapping[str, str]) -> str:
    """Build path and query as they are sent: the same order, values percent-encoded."""
    pairs = "&".join(
        f"{quote(key, safe=_WIRE_SAFE)}={quote(value, safe=_WIRE_SAFE)}"
        for key, value in sorted_pairs(query)
    )
    return f"{path}?{pairs}" if pairs else path


def text_to_sign(method: str, url: str, body: bytes = b"", headers: str = "") -> str:
    """Join the four lines: method, hash of the exact body, signed headers, URL."""
    content = hashlib.sha256(body).hexdigest() if body else EMPTY_HASH
    return f"{method.upper()}\n{content}\n{headers}\n{url}"


def sign(
    *,
    client_id: str,
    secret: str,
    stamp: str,
    text: str,
    token: str = "",
    nonce: str = "",
) -> str:
    """Sign a business call; with no token, a token call."""
    message = f"{client_id}{token}{stamp}{nonce}{text}"
    return hmac.digest(secret.encode(), message.encode(), "sha256").hex().upper()
