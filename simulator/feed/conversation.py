"""A consumer's WebSocket: frames out, acknowledgements in."""

import asyncio
import json
import logging

from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.protocol import State
from websockets.server import ServerProtocol

from simulator.exchange import Request
from simulator.feed.channel import Channel

POLL_S = 0.02
quiet = logging.getLogger("simulator.feed")
quiet.setLevel(logging.WARNING)  # who comes and goes is told by the channel


async def converse(
    channel: Channel, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Shake hands, then push until either side goes away."""
    protocol = ServerProtocol(logger=quiet)
    if not _shake_hands(protocol, channel, request):
        await _flush(protocol, writer)
        return
    consumer = id(protocol)
    channel.enter(consumer)
    try:
        while protocol.state is State.OPEN:
            _push(protocol, channel, consumer, request)
            await _flush(protocol, writer)
            if not await _listen(protocol, channel, reader):
                return
    finally:
        channel.leave(consumer)
    await _flush(protocol, writer)


def _shake_hands(protocol: ServerProtocol, channel: Channel, request: Request) -> bool:
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    protocol.receive_data("\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode())
    (asked,) = protocol.events_received()
    if not isinstance(asked, Handshake):
        return False
    status = channel.refusal(request)
    answer = protocol.accept(asked) if status is None else protocol.reject(status, "no\n")
    protocol.send_response(answer)
    return status is None


def _push(protocol: ServerProtocol, channel: Channel, consumer: int, request: Request) -> None:
    for frame in channel.due(consumer):
        protocol.send_text(frame.encode())
        if channel.stage.board.take(["feed_cut"], request):
            protocol.fail(1011)  # the service's own trouble
            return


async def _listen(protocol: ServerProtocol, channel: Channel, reader: asyncio.StreamReader) -> bool:
    try:
        # wait_for would lose a cancellation that comes together with data, before Python 3.12
        async with asyncio.timeout(POLL_S):
            data = await reader.read(65_536)
    except TimeoutError:
        return True
    if not data:
        return False
    protocol.receive_data(data)
    for event in protocol.events_received():
        if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
            channel.acknowledge(str(json.loads(bytes(event.data)).get("messageId")))
    return True


async def _flush(protocol: ServerProtocol, writer: asyncio.StreamWriter) -> None:
    for data in protocol.data_to_send():
        if data:
            writer.write(data)
    await writer.drain()
