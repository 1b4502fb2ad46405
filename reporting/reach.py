"""Whether USH's address can be reached: a connection that is closed again. Sends no report.

USH publishes no call that would count for nothing, so this proves the way, not the answer.
"""

import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from .terms import Terms
from .ush.address import forbidden

PATIENCE_S = 3.0
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reach:
    """How it went: after how long, or why not."""

    place: str
    took_ms: int
    problem: str = ""


def reach(terms: Terms) -> Reach:
    """Open a connection to the address, or to the proxy before it, and close it."""
    address = urlsplit(terms.proxy or terms.url)
    host, port = address.hostname or "", address.port or PORTS.get(address.scheme, 443)
    started = time.monotonic()
    try:
        _knock(host, port, tls=address.scheme == "https")
        problem = ""
    except (OSError, UnicodeError) as failed:
        problem = f"{type(failed).__name__}: {failed}"
    return Reach(f"{host}:{port}", round((time.monotonic() - started) * 1000), problem)


def _knock(host: str, port: int, *, tls: bool) -> None:
    with socket.create_connection((host, port), timeout=PATIENCE_S) as link:
        if forbidden(str(link.getpeername()[0])):
            raise OSError("the name leads to an address that no report is sent to")
        if tls:
            with ssl.create_default_context().wrap_socket(link, server_hostname=host):
                return
