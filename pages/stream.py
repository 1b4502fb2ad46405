"""The live stream: server-sent events that name what changed. Never sends a value."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator
from types import FrameType
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from people.gates import declare
from people.rights import Right, may

from . import heard
from .hub import Hub
from .live import TOPICS
from .news import News

PAUSE = 1.0  # seconds between two events of one page: what happens meanwhile is joined
HEARTBEAT = 15.0  # seconds of silence after which proxies and browsers are told that we live

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


@declare(Right.BROWSE)  # asked below: a redirect to sign-in is nothing that a stream can follow
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Follow `?topics=devices,logs` for as long as the page is open; begin `since` its mark.

    A browser that comes back says in Last-Event-ID what it has been told already.
    """
    if not await sync_to_async(may)(request, Right.BROWSE):
        return HttpResponse("Sign in to follow changes.", status=401, content_type="text/plain")
    topics = frozenset(request.GET.get("topics", "").split(","))
    if not topics <= TOPICS:
        words = f"Unknown topic. Topics are {', '.join(sorted(TOPICS))}."
        return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")
    marked = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    # The sign-in check borrowed a connection; an open page must not keep it for hours.
    await sync_to_async(give_back)()
    return StreamingHttpResponse(
        events(hub_of_this_loop(), topics, marked),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def give_back() -> None:
    """Close the connection of the thread that this runs in."""
    connection.close()


async def events(hub: Hub, topics: frozenset[str], marked: str = "") -> AsyncIterator[str]:
    """Yield events, first what was missed, until the page goes away or the server ends."""
    with hub.listening(topics, marked) as news:
        yield "retry: 2000\n\n"
        while not hub.closing.is_set():
            yield await next_event(news)
            await within(PAUSE, hub.closing)


async def next_event(news: News) -> str:
    """Wait for news, or for long enough that a sign of life is due; both carry the mark."""
    await within(HEARTBEAT, news.arrived)
    if not news.arrived.is_set():
        return f"id: {heard.mark()}\n: alive\n\n"
    return f"id: {heard.mark()}\nevent: change\ndata: {news.take()}\n\n"


async def within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, at most so long.

    Not by `asyncio.wait_for`: before Python 3.12 it loses a cancellation that comes together with
    the event, and the stream of a page that went away would be written for ever.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def hub_of_this_loop() -> Hub:
    """Return the one hub of the running event loop, made for its first page."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        close_at_shutdown(_hubs[loop], loop)
    return _hubs[loop]


def close_at_shutdown(hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
    """End the streams when the server is told to stop, before it starts waiting for them."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may watch signals; elsewhere whoever started us ends us
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handler(signum: int, frame: FrameType | None, before: object = before) -> None:
            loop.call_soon_threadsafe(hub.close)
            if callable(before):
                before(signum, frame)

        signal.signal(number, handler)
