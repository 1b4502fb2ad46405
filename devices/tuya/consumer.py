"""A connection to the message service. Reads frames and acknowledges them, one by one.

What is not acknowledged is sent again, so acknowledge after storing. The vendor keeps what nobody
takes for two hours (doc Kd0fh4ba3idky). Certificates are checked; redirects and proxies unused.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import msgspec
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from . import feed
from .errors import Unavailable
from .feed import Message

WAIT_S = 10.0  # for the connection to stand
PING_S = 30.0  # a connection that leaves a ping this long without answer is dead
LARGEST = 1 << 20  # bytes of a frame
KEYS_REFUSED = {401, 403}


class Consumer:
    """One open connection; `receive` and `acknowledge` belong to one thread."""

    def __init__(self, connection: ClientConnection, secret: str) -> None:
        self._connection = connection
        self._secret = secret

    def receive(self, seconds: float) -> Message | None:
        """Return the next message, or None when none came in time. Raises `Unavailable`."""
        try:
            frame = self._connection.recv(timeout=seconds)
        except TimeoutError:
            return None
        except (WebSocketException, OSError) as fault:
            raise Unavailable(f"the message service broke off: {fault}") from fault
        return feed.read(frame, self._secret)

    def acknowledge(self, message_id: str) -> None:
        """Say that a message need not come again. Raises `Unavailable`."""
        try:
            self._connection.send(msgspec.json.encode({"messageId": message_id}).decode())
        except (WebSocketException, OSError) as fault:
            raise Unavailable(f"the message service broke off: {fault}") from fault


@contextmanager
def consuming(base: str, client_id: str, secret: str, channel: str) -> Iterator[Consumer]:
    """Open a connection. Raises `Unavailable` in words that say what to look at."""
    headers = {"username": client_id, "password": feed.password(client_id, secret)}
    opened = ExitStack()
    try:
        connection = opened.enter_context(
            connect(
                feed.address(base, client_id, channel),
                sock=_socket(base),  # a connection made by us follows no redirect
                additional_headers=headers,
                open_timeout=WAIT_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                max_size=LARGEST,
                proxy=None,
                user_agent_header=None,
            )
        )
    except (InvalidHandshake, OSError, TimeoutError) as fault:
        raise Unavailable(_refusal(base, fault)) from fault
    with opened:
        yield Consumer(connection, secret)


def _socket(base: str) -> socket.socket:
    parts = urlsplit(base)
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    return socket.create_connection((parts.hostname or "", port), timeout=WAIT_S)


def _refusal(base: str, fault: Exception) -> str:
    if isinstance(fault, InvalidStatus) and fault.response.status_code in KEYS_REFUSED:
        return (
            f"the message service answers {fault.response.status_code}: check that the message"
            " service is switched on for this project, and TUYA_CLIENT_ID, TUYA_CLIENT_SECRET and"
            " the data center"
        )
    return f"the message service at {base} cannot be reached: {fault}"
