"""Checks request signatures by the vendor's published recipe, in few lines of its own.

Recipe and vectors: vendor document Ka43a5mtx1gsc ("new signature"); the vectors are in the tests.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping


def string_to_sign(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    body: bytes,
    signed: Iterable[tuple[str, str]],
) -> str:
    """Join method, body hash, signed headers and decoded sorted address, each on its line."""
    pairs = "&".join(f"{key}={value}" for key, value in sorted(query))
    headers = "".join(f"{name}:{value}\n" for name, value in signed)
    url = f"{path}?{pairs}" if pairs else path
    return "\n".join((method.upper(), hashlib.sha256(body).hexdigest(), headers, url))


def signature(secret: str, client_id: str, token: str, t: str, nonce: str, text: str) -> str:
    """HMAC-SHA256 over the concatenation, upper-case hex. `token` is empty on token calls."""
    message = f"{client_id}{token}{t}{nonce}{text}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().upper()


def expected(
    secret: str,
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    body: bytes,
    headers: Mapping[str, str],
    *,
    token_call: bool,
) -> str:
    """Compute what the `sign` header of this request must be. Header names come in lower case."""
    names = [name for name in headers.get("signature-headers", "").split(":") if name]
    signed = [(name, headers.get(name.lower(), "")) for name in names]
    return signature(
        secret,
        headers.get("client_id", ""),
        "" if token_call else headers.get("access_token", ""),
        headers.get("t", ""),
        headers.get("nonce", ""),
        string_to_sign(method, path, query, body, signed),
    )
