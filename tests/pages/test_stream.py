"""The live stream from a worker's transaction to an open page, with a real listener."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient

from pages import heard, live
from pages.hub import Hub
from pages.stream import events, give_back, within
from people.roles import Role
from tests.people import persons


def announce(topic, ids):
    live.announce(topic, ids)
    connection.close()


async def listening(hub, topics):
    """Open a stream of a hub's first page, which is told as soon as the database listens."""
    stream = events(hub, frozenset(topics))
    await anext(stream)
    first = data(await asyncio.wait_for(anext(stream), 5))
    assert first == dict.fromkeys(topics, "many")
    return stream


async def missed(hub, topics, marked):
    """Open another stream, and give what it is told first."""
    stream = events(hub, frozenset(topics), marked)
    await anext(stream)
    event = await asyncio.wait_for(anext(stream), 5)
    await stream.aclose()
    return data(event)


def heard_by_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN fleet'")
        found = cursor.fetchone()[0]
    connection.close()
    return found


def data(event):
    return json.loads(event.split("data: ")[1])


def test_a_page_hears_what_a_worker_committed(transactional_db):
    async def story():
        stream = await listening(Hub(), {"devices"})
        await sync_to_async(announce)("devices", ["a"])
        event = await asyncio.wait_for(anext(stream), 5)
        await stream.aclose()
        return event

    event = asyncio.run(story())

    mark, _, rest = event.partition("\n")
    assert mark.startswith("id: ")
    assert rest == 'event: change\ndata: {"devices":["a"]}\n\n'


def test_a_burst_is_one_event(transactional_db):
    async def story():
        stream = await listening(Hub(), {"devices"})
        for name in "abc":
            await sync_to_async(announce)("devices", [name])
        told = [data(await asyncio.wait_for(anext(stream), 5))["devices"]]
        while "c" not in told[-1]:  # a busy machine may be heard between two announcements
            told.append(data(await asyncio.wait_for(anext(stream), 5))["devices"])
        await stream.aclose()
        return told

    told = asyncio.run(story())

    assert sorted(name for names in told for name in names) == ["a", "b", "c"]


def test_a_listener_that_was_cut_off_comes_back_and_says_that_anything_may_be_new(transactional_db):
    def cut():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query = 'LISTEN fleet'"
            )
        connection.close()

    async def story():
        stream = await listening(Hub(), {"devices", "logs"})
        await sync_to_async(cut)()
        event = await asyncio.wait_for(anext(stream), 10)
        await stream.aclose()
        return event

    assert data(asyncio.run(story())) == {"devices": "many", "logs": "many"}


def test_the_streams_end_when_the_server_does(transactional_db):
    async def story():
        hub = Hub()
        stream = await listening(hub, {"devices"})
        hub.close()
        return [event async for event in stream]

    assert len(asyncio.run(asyncio.wait_for(story(), 5))) <= 1


@pytest.mark.parametrize("later", range(5))
def test_a_page_that_goes_away_in_the_moment_of_an_event_is_gone(later):
    async def story():
        event = asyncio.Event()
        waiting = asyncio.create_task(within(5, event))
        for _turn in range(3):
            await asyncio.sleep(0)
        event.set()
        for _turn in range(later):  # of the loop, until who waits is woken
            await asyncio.sleep(0)
        in_time = waiting.cancel()
        await asyncio.wait([waiting], timeout=5)
        return in_time, waiting.cancelled()

    in_time, gone = asyncio.run(story())

    assert gone == in_time


def test_a_page_is_told_what_was_announced_between_its_making_and_its_stream(transactional_db):
    async def story():
        hub = Hub()
        stream = await listening(hub, {"devices"})
        made = heard.mark()
        await sync_to_async(announce)("logs", ["b"])
        await sync_to_async(announce)("devices", ["a"])
        await asyncio.wait_for(anext(stream), 5)
        told = await missed(hub, {"devices"}, made)
        await stream.aclose()
        return told

    assert asyncio.run(story()) == {"devices": ["a"]}


def test_a_page_that_missed_nothing_is_told_nothing(transactional_db):
    async def story():
        hub = Hub()
        stream = await listening(hub, {"devices"})
        await sync_to_async(announce)("devices", ["a"])
        await asyncio.wait_for(anext(stream), 5)
        late = events(hub, frozenset({"devices"}), heard.mark())
        await anext(late)
        await sync_to_async(announce)("devices", ["b"])
        told = data(await asyncio.wait_for(anext(late), 5))
        await late.aclose()
        await stream.aclose()
        return told

    assert asyncio.run(story()) == {"devices": ["b"]}


def test_a_page_of_another_process_is_told_that_anything_may_be_new(transactional_db):
    async def story():
        hub = Hub()
        stream = await listening(hub, {"devices"})
        told = await missed(hub, {"devices"}, "0badcafe.1")
        await stream.aclose()
        return told

    assert asyncio.run(story()) == {"devices": "many"}


def test_the_connection_lingers_for_the_next_page_of_the_same_reader(transactional_db):
    async def story():
        hub = Hub()
        stream = await listening(hub, {"devices"})
        await stream.aclose()
        made = heard.mark()
        await sync_to_async(announce)("devices", ["a"])
        return await missed(hub, {"devices"}, made)

    assert asyncio.run(story()) == {"devices": ["a"]}


def test_the_listening_connection_is_closed_after_the_last_page(transactional_db):
    async def story():
        stream = await listening(Hub(linger=0), {"devices"})
        await stream.aclose()
        for _ in range(100):
            if not await sync_to_async(heard_by_database)():
                return True
            await asyncio.sleep(0.02)
        return False

    assert asyncio.run(story())


@pytest.mark.django_db(transaction=True)
def test_who_is_not_signed_in_hears_nothing():
    async def ask():
        answer = await AsyncClient().get("/live/", {"topics": "devices"})
        await sync_to_async(give_back)()
        return answer

    answer = asyncio.run(ask())

    assert answer.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_an_unknown_topic_is_refused_in_words():
    user = persons.user(Role.VIEWER)

    async def ask():
        client = AsyncClient()
        await client.aforce_login(user)
        answer = await client.get("/live/", {"topics": "devices,weather"})
        await sync_to_async(give_back)()
        return answer

    answer = asyncio.run(ask())

    assert answer.status_code == 400
    assert answer.content.decode() == (
        "Unknown topic. Topics are cloud, delivery, devices, exports, logs, operations."
    )
