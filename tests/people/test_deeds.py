"""The record of deeds: for admins only, the newest first, page by page, the same cost for all."""

import pytest
from django.test import Client

from people import deeds
from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db


def made(count, at):
    for n in range(count):
        deeds.record(f"person {n}", "revealed", at, about=f"bf{n}", address="203.0.113.9")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.MANAGER])
def test_only_admins_read_deeds(role):
    assert Client().get("/deeds/").status_code == 302
    assert scene.client(role).get("/deeds/").status_code == 403


def test_a_deed_says_who_from_where_what_and_about_what(now):
    made(1, now)
    admin = scene.client(Role.ADMIN)

    page = scene.text(admin.get("/deeds/"))

    assert "person 0 203.0.113.9 looked at the local key bf0" in page
    assert 'href="/deeds/"' in admin.get("/people/").content.decode()


def test_a_deed_tells_why_which_devices_and_what_else(now):
    deeds.record("ann", "op-asked", now, why="it blinks", devices=list("abcd"), kind="remove")
    admin = scene.client(Role.ADMIN)

    page = scene.text(admin.get("/deeds/"))

    assert "asked for an operation" in page
    assert "“it blinks” · a, b, c … (4) · kind: remove" in page


def test_an_empty_record_says_what_will_be_in_it():
    page = scene.text(scene.client(Role.ADMIN).get("/deeds/"))

    assert "Everything that people do and that may be asked about later is listed here." in page


def test_the_record_is_read_page_by_page_from_the_newest(now):
    made(120, now)
    admin = scene.client(Role.ADMIN)

    first = admin.get("/deeds/").context
    second = admin.get(f"/deeds/?before={first['older']}").context
    third = admin.get(f"/deeds/?before={second['older']}").context

    seen = [deed.who for page in (first, second, third) for deed in page["deeds"]]
    assert seen == [f"person {n}" for n in range(119, -1, -1)]
    assert third["older"] is None


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", "\0"])
def test_a_place_that_is_none_shows_the_newest(now, before):
    made(1, now)

    answer = scene.client(Role.ADMIN).get("/deeds/", {"before": before})

    assert [deed.who for deed in answer.context["deeds"]] == ["person 0"]


def test_one_deed_and_fifty_cost_the_same(now, django_assert_num_queries):
    admin = scene.client(Role.ADMIN)
    made(1, now)
    # session, user, rights twice, the page, and the cloud's standing for the top
    with django_assert_num_queries(6):
        admin.get("/deeds/")
    made(49, now)
    with django_assert_num_queries(6):
        admin.get("/deeds/")
