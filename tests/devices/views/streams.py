"""Reads a file that is sent while it is made."""

from asgiref.sync import async_to_sync
from django.test import AsyncClient


def streamed(browser, address):
    """A file as an ASGI server sends it: the answer and all of its bytes."""
    client = AsyncClient()
    client.cookies = browser.cookies

    async def read():
        answer = await client.get(address)
        if not answer.streaming:
            return answer, answer.content
        return answer, b"".join([part async for part in answer.streaming_content])

    return async_to_sync(read)()  # in this thread, on the connection of this test
