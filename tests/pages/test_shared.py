"""What many open pages ask for after one change is made once, and never for the wrong eyes."""

import asyncio
import gzip
import re
import threading

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import include, path

from fleet import asking
from fleet.chain import Handler
from fleet.sharing import Sharing
from pages import heard
from pages.shared import EXPECTED, shared
from people import groups
from people.gates import require
from people.roles import Role
from tests.people import persons

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

MADE = []  # for whom, one after the other
BEGUN, HOLD = threading.Event(), threading.Event()  # a page that is asked to waits for the other
SECRET = "a" * 32


@require()
@shared("table", personal=lambda query: "mine" in query)
def table(request):
    MADE.append(request.user.username)
    if "hold" in request.GET:
        BEGUN.set()
        HOLD.wait(5)
    form = f'<input name="csrfmiddlewaretoken" value="{get_token(request)}">'
    answer = HttpResponse(f"{len(MADE)} {form if 'form' in request.GET else ''}{'.' * 300}")
    if "cookie" in request.GET:
        answer.set_cookie("fleet_own", request.user.username)
    return answer


urlpatterns = [path("table/", table), path("", include("fleet.urls"))]


@pytest.fixture(autouse=True)
def _listening(monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # as in a web process
    MADE.clear()
    BEGUN.clear()
    HOLD.clear()
    heard.begin()
    yield
    heard.end()


def signed_in(name, role=Role.VIEWER):
    client = Client()
    client.force_login(persons.user(role, name))
    return client.cookies["fleet_session"].value


async def ask(door, session, address="/", *, target="table", mark=None, **given):
    """Ask a web process for a part as an open page does; give the status, headers and the text."""
    cookies = {"fleet_session": session, "fleet_csrf": SECRET} | given.pop("cookies", {})
    said = {
        "host": "testserver",
        "hx-request": "true",
        "hx-target": target,
        "x-fleet-mark": heard.mark() if mark is None else mark,
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items() if value),
    } | given
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/table/",
        "query_string": address.partition("?")[2].encode(),
        "headers": [(name.encode(), value.encode()) for name, value in said.items()],
    }
    sent, asked = [], iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return next(asked, None) or await asyncio.get_running_loop().create_future()

    async def send(message):
        sent.append(message)

    await door(scope, receive, send)
    head = {}
    for name, value in sent[0]["headers"]:
        head.setdefault(name.decode().lower(), []).append(value.decode())
    head = {name: "; ".join(values) for name, values in head.items()}
    body = b"".join(message.get("body", b"") for message in sent)
    plain = gzip.decompress(body) if "content-encoding" in head else body
    return sent[0]["status"], head, plain.decode()


def told(story, age=60, application=None):
    """Run a story of one web process, which is never too slow; return what it gives."""
    return asyncio.run(story(Sharing(application or Handler(), age)))


def which(answer):
    """Give which making an answer is of."""
    return int(answer[2].split(" ")[0])


def test_who_sees_the_same_gets_what_was_made_for_the_first_and_a_number_of_their_own():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        return await ask(door, one), await ask(door, other, **{"accept-encoding": "gzip"})

    first, second = told(story)

    assert MADE == ["one"]
    assert (first[0], first[2]) == (second[0], second[2])
    assert first[1].pop("x-request-id") != second[1].pop("x-request-id")
    assert second[1].pop("content-encoding") == "gzip"
    assert int(second[1].pop("content-length")) < int(first[1].pop("content-length"))
    assert first[1] == second[1]
    assert "default-src 'none'" in first[1]["content-security-policy"]


def test_who_asks_while_it_is_made_waits_for_it():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        both = asyncio.gather(ask(door, one, "?hold=1"), ask(door, other, "?hold=1"))
        await asyncio.to_thread(BEGUN.wait, 5)
        HOLD.set()
        return await both

    answers = told(story)

    assert [which(answer) for answer in answers] == [1, 1]


def test_forms_in_it_have_the_token_of_who_asks():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        return await ask(door, one, "?form=1"), await ask(
            door, other, "?form=1", **{"accept-encoding": "gzip"}
        )

    tokens = [re.search(r'value="(\w{64})"', answer[2])[1] for answer in told(story)]

    assert MADE == ["one"]
    assert len(set(tokens)) == 2


def test_who_has_no_secret_of_forms_is_given_one_with_a_page_of_their_own():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        await ask(door, one, "?form=1")
        return await ask(door, other, "?form=1", cookies={"fleet_csrf": ""})

    answer = told(story)

    assert MADE == ["one", "other"]
    assert answer[1]["set-cookie"].startswith("fleet_csrf=")


DIFFERS = (
    {"address": "/?sort=name"},
    {"target": "page"},
    {"cookies": {"fleet_columns": "name"}},
    {"cookies": {"fleet_zone": "utc"}},
    {"cookies": {"django_language": "zh-hans"}},
    {"accept-language": "zh-Hans"},
    {"host": "localhost"},
    {"mark": "0badcafe.1"},  # of another process
    {"mark": ""},
)


def test_what_asks_for_something_else_is_made_for_itself():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        first = await ask(door, one)
        return [which(first), *[which(await ask(door, other, **each)) for each in DIFFERS]]

    assert told(story) == list(range(1, len(DIFFERS) + 2))
    assert MADE[0] == "one"
    assert set(MADE[1:]) == {"other"}


@pytest.mark.parametrize(("mark", "shared"), [(b"0badcafe.1", True), (b"", False), (None, False)])
def test_only_what_was_announced_is_worth_a_look_at_who_else_may_see_it(mark, shared):
    headers = [(b"hx-target", b"table"), (b"cookie", b"fleet_session=one")]
    if mark is not None:
        headers.append((b"x-fleet-mark", mark))
    scope = {"type": "http", "method": "GET", "path": "/table/", "query_string": b""}

    assert (asking.read(scope | {"headers": headers}) is not None) is shared


def test_an_address_of_more_fields_than_may_be_is_refused_as_it_is_elsewhere(caplog):
    session, fields = signed_in("one"), "&".join(f"a{n}=1" for n in range(1_001))

    async def story(door):
        return await ask(door, session, f"/?{fields}")

    status, _head, text = told(story)

    assert (status, "<title>" in text) == (400, True)
    assert "exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS" in caplog.text


def test_what_is_a_persons_own_is_given_to_nobody_else():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        mine = [which(await ask(door, each, "/?mine=1")) for each in (one, other)]
        own = [await ask(door, each, "/?cookie=1") for each in (one, other)]
        return mine, [re.search("fleet_own=[a-z]+", each[1]["set-cookie"])[0] for each in own]

    assert told(story) == ([1, 2], ["fleet_own=one", "fleet_own=other"])


def test_other_rights_see_their_own():
    viewer, operator = signed_in("viewer"), signed_in("operator", Role.OPERATOR)

    async def story(door):
        return [which(await ask(door, each)) for each in (viewer, operator, viewer)]

    assert told(story) == [1, 2, 1]
    assert MADE == ["viewer", "operator"]


def test_whose_rights_were_taken_gets_nothing_that_was_made_for_them_a_moment_ago():
    sessions = {name: signed_in(name, Role.OPERATOR) for name in ("one", "other", "gone", "shut")}

    def withdraw():
        groups.give(User.objects.get(username="other"), Role.VIEWER)
        User.objects.get(username="gone").groups.clear()
        User.objects.filter(username="shut").update(is_active=False)
        connection.close()

    async def story(door):
        before = {name: (await ask(door, one))[0] for name, one in sessions.items()}
        await sync_to_async(withdraw)()
        after = {name: await ask(door, one) for name, one in sessions.items()}
        return before, after

    before, after = told(story)

    assert set(before.values()) == {200}
    assert {name: answer[0] for name, answer in after.items()} == {
        "one": 200,
        "other": 200,
        "gone": 403,
        "shut": 401,
    }
    assert MADE == ["one", "other"]
    assert (which(after["one"]), which(after["other"])) == (1, 2)


def test_what_was_read_before_a_change_is_never_given_to_who_was_told_of_it():
    one = signed_in("one")

    async def story(door):
        before = heard.mark()
        first = await ask(door, one)
        heard.again("devices", ["a"])
        late = await ask(door, one, mark=before)  # it was not told of the change yet
        return [which(each) for each in (first, late, await ask(door, one))]

    assert told(story) == [1, 1, 2]


def test_who_is_told_of_a_change_while_the_part_is_being_made_waits_for_the_next_making():
    one, other = signed_in("one"), signed_in("other")

    async def story(door):
        first = asyncio.create_task(ask(door, one, "?hold=1"))
        await asyncio.to_thread(BEGUN.wait, 5)
        heard.again("devices", ["a"])
        later = [asyncio.create_task(ask(door, each, "?hold=1")) for each in (one, other)]
        HOLD.set()
        return [which(await each) for each in (first, *later)]

    assert told(story) == [1, 2, 2]


def test_nothing_is_kept_where_changes_are_not_heard():
    one = signed_in("one")
    heard.end()

    async def story(door):
        return [which(await ask(door, one)) for _ in range(2)]

    answers = told(story)
    heard.begin()

    assert answers == [1, 2]


def test_nothing_is_kept_for_longer_than_a_moment():
    one = signed_in("one")

    async def story(door):
        return [which(await ask(door, one)) for _ in range(2)]

    assert told(story, age=0) == [1, 2]


def test_where_making_for_many_fails_each_is_answered_by_themselves(caplog):
    one, other = signed_in("one"), signed_in("other")
    django = Handler()

    async def broken(scope, receive, send):
        if EXPECTED in scope:
            message = "a fault while it is made for many"
            raise RuntimeError(message)
        await django(scope, receive, send)

    async def story(door):
        return await asyncio.gather(ask(door, one), ask(door, other))

    answers = told(story, application=broken)

    assert [answer[0] for answer in answers] == [200, 200]
    assert sorted(MADE) == ["one", "other"]
    assert {record.getMessage() for record in caplog.records} == {
        "a shared part was not made; Django answers each who asks for it"
    }


def test_a_session_that_nobody_can_read_keeps_no_other_from_its_page(caplog):
    one, spoiled = signed_in("one"), SessionStore()
    spoiled[SESSION_KEY] = "no number"
    spoiled.save()

    async def story(door):
        return await asyncio.gather(ask(door, spoiled.session_key), ask(door, one))

    answers = told(story)

    assert answers[1][0] == 200
    assert MADE == ["one"]
    assert "sessions were not looked up; Django asks for each by itself" in caplog.messages


def test_a_look_that_the_database_refuses_is_logged_and_left_to_django(caplog):
    one = signed_in("one")

    async def story(door):
        return await ask(door, one)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_session RENAME TO nowhere")
        try:
            answer = told(story)
        finally:
            cursor.execute("ALTER TABLE nowhere RENAME TO django_session")

    assert answer[0] == 500
    assert "Something broke on our side" in answer[2]
    assert "sessions were not looked up; Django asks for each by itself" in caplog.messages


def test_who_is_not_signed_in_is_sent_to_sign_in():
    one = signed_in("one")

    async def story(door):
        await ask(door, one)
        return await ask(door, "nobody")

    assert told(story)[0] == 401
