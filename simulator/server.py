"""Speaks HTTP/1.1 on one port and can misbehave on the wire: cut, hang, drip, reset."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

import h11

from simulator.exchange import Reply, Request, request_of

Handler = Callable[[Request], Reply]
Upgrade = Callable[[Request, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LARGEST_BODY = 8 * 1024 * 1024
DRIPS = 10


class Server:
    """Answers each request by calling the handler, which must be quick; waiting happens here."""

    def __init__(
        self, handler: Handler, latency: float = 0.0, upgrade: Upgrade | None = None
    ) -> None:
        self._handler = handler
        self._upgrade = upgrade
        self._latency = latency
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(self._accept, host, port, backlog=512)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close at once: nobody waits for a hanging answer."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # One more turn of the loop, in which the transports let go of their sockets.
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            # A caller who hangs up, or our own stop, ends a connection; neither is an error here.
            with contextlib.suppress(OSError, h11.RemoteProtocolError, asyncio.CancelledError):
                await self._converse(reader, writer)
        finally:
            writer.close()
            if task is not None:
                self._tasks.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            request = await _receive(connection, reader, writer)
            if request is None:
                return
            if self._upgrade is not None and request.headers.get("upgrade") == "websocket":
                await self._upgrade(request, reader, writer)
                return
            reply = self._handler(request)
            await asyncio.sleep(self._latency + reply.wait)
            if reply.then is not None:
                reply.then()
            if not await _send(connection, writer, reply):
                return
            connection.start_next_cycle()


async def _receive(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                writer.write(connection.send(go_on) or b"")
            connection.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                return None
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode().lower(): value.decode() for name, value in head.headers}
            return request_of(head.method.decode(), head.target.decode(), headers, bytes(body))
        else:
            return None


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send the reply in its manner; say whether the connection may be used again."""
    if reply.ending == "reset":
        _reset(writer)
        return False
    if reply.ending in ("silent", "hang"):
        return False
    headers = [*reply.headers.items(), ("Content-Length", str(len(reply.body)))]
    writer.write(connection.send(h11.Response(status_code=reply.status, headers=headers)) or b"")
    if reply.ending == "cut":
        writer.write(connection.send(h11.Data(data=reply.body[: len(reply.body) // 2])) or b"")
        await writer.drain()
        return False
    await _send_body(connection, writer, reply)
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
    return connection.our_state is h11.DONE and connection.their_state is h11.DONE


async def _send_body(
    connection: h11.Connection, writer: asyncio.StreamWriter, reply: Reply
) -> None:
    size = max(1, -(-len(reply.body) // DRIPS)) if reply.drip else max(1, len(reply.body))
    for start in range(0, len(reply.body), size):
        if reply.drip:
            await writer.drain()
            await asyncio.sleep(reply.drip / DRIPS)
        writer.write(connection.send(h11.Data(data=reply.body[start : start + size])) or b"")


def _reset(writer: asyncio.StreamWriter) -> None:
    peer = writer.get_extra_info("socket")
    if peer is not None:
        # Linger 0 turns the close into an RST, which callers see as "connection reset by peer".
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
