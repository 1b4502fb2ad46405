"""Coming in: what is on record of it, and who is locked out and let in again."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from people.models import Deed
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db

HERE, THERE = "198.51.100.1", "198.51.100.2"


@pytest.fixture
def ann():
    user = persons.user(Role.OPERATOR, "ann")
    user.set_password("right horse")
    user.save()
    return user


def attempt(password, name="ann", address=HERE, client=None):
    client = client or Client()
    return client.post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def record():
    return list(Deed.objects.order_by("pk").values_list("who", "address", "what"))


def test_coming_in_and_leaving_are_on_record(ann):
    client = Client()

    into = attempt("right horse", client=client)
    out = client.post("/logout/", REMOTE_ADDR=HERE)

    assert (into.status_code, into["Location"], out.status_code) == (302, "/", 302)
    assert record() == [("ann", HERE, "signed-in"), ("ann", HERE, "signed-out")]
    assert Deed.objects.first().details == {}
    assert Deed.objects.last().details == {"ways": ["password"]}


def test_what_strangers_type_is_not_kept(ann):
    attempt("x", name="my password by mistake")
    attempt("x", name="another")

    assert record() == [("?", HERE, "sign-in-failed")]
    assert "mistake" not in str(list(Deed.objects.values()))


def test_a_name_is_locked_for_the_address_that_tried_too_often_and_for_no_other(ann):
    told = [attempt("wrong").status_code for _ in range(5)]

    locked = attempt("right horse")
    elsewhere = attempt("right horse", address=THERE)

    assert told == [200, 200, 200, 200, 429]
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert "Too many wrong sign-ins for this name from this address." in locked.content.decode()
    assert elsewhere.status_code == 302
    assert record() == [
        *[("ann", HERE, "sign-in-failed")] * 4,
        ("ann", HERE, "locked-out"),
        ("ann", THERE, "signed-in"),
    ]


def test_the_lock_is_told_in_the_readers_language(ann):
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    for _ in range(5):
        page = attempt("wrong", client=client).content.decode()

    assert "15 分钟后再试" in page


def test_a_lock_ends_by_itself(ann):
    for _ in range(5):
        attempt("wrong")

    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        later = attempt("right horse")

    assert later.status_code == 302


def test_an_admin_unlocks_by_command(ann):
    for _ in range(5):
        attempt("wrong")
    said = StringIO()

    call_command("unlock", "ann", stdout=said)
    call_command("unlock", "nobody", stdout=said)

    assert said.getvalue() == "ann may sign in again\nnobody was not locked\n"
    assert attempt("right horse").status_code == 302
    assert ("command line", "", "unlocked") in record()


def test_sessions_are_listed_and_ended(ann):
    here, there = Client(HTTP_USER_AGENT="Firefox"), Client(HTTP_USER_AGENT="Phone")
    attempt("right horse", client=here)
    attempt("right horse", client=there, address=THERE)

    page = here.get("/account/").content.decode()
    others = [one for one in here.get("/account/").context["sessions"] if not one["here"]]
    ended = here.post(f"/account/sessions/{others[0]['pk']}/end/", follow=True)

    assert "Firefox" in page
    assert [(one["agent"], one["address"]) for one in others] == [("Phone", THERE)]
    assert f"The session at {THERE} was ended." in ended.content.decode()
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_nobody_ends_a_session_of_another(ann):
    attempt("right horse", client=Client())
    other = Client()
    other.force_login(persons.user(Role.ADMIN))
    pk = ann.usersession_set.get().pk

    assert other.post(f"/account/sessions/{pk}/end/").status_code == 404
    assert ann.usersession_set.count() == 1
