"""What stands around every page is kept between requests, and what is one request's own is not."""

import re

import pytest
from django.test import Client

from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db


def opened(role, address, **cookies):
    user = persons.user(role)
    client = Client()
    client.force_login(user)
    client.cookies.load(cookies)
    return client.get(address).content.decode()


def test_each_request_finds_its_own_name_address_and_token_in_what_is_kept():
    asked = [("/help/?q=one", "one"), ('/help/?q="><b>', "&quot;&gt;&lt;b&gt;")]

    pages = [(opened(Role.VIEWER, address), shown) for address, shown in asked]

    for page, shown in pages:
        assert f'name="q" class="form-control" value="{shown}"' in page
        assert "\ue000" not in page
    said = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)) for page, _ in pages]
    assert [bool(tokens) for tokens in said] == [True, True]
    assert said[0].isdisjoint(said[1])
    names = [re.findall(r'class="dropdown-header">([^<]+)<', page) for page, _shown in pages]
    assert len({*names[0], *names[1]}) == 2


def test_the_frame_of_one_role_is_never_shown_to_another():
    admin = opened(Role.ADMIN, "/help/")
    viewer = opened(Role.VIEWER, "/help/")

    assert [("palette-do-sync" in page, 'data-key="u"' in page) for page in (admin, viewer)] == [
        (True, True),
        (False, False),
    ]


def test_the_frame_follows_the_place_the_language_and_the_choices():
    english = opened(Role.VIEWER, "/delivery/", fleet_zone="utc")
    chinese = opened(Role.VIEWER, "/logs/", fleet_zone="device", django_language="zh-hans")

    told = [
        (
            re.findall(r'href="([^"]+)"[^>]*aria-current="page"', page.partition("</aside>")[0]),
            re.findall(r'value="(\w+)" selected', page.partition("</header>")[0]),
            '"now": "now"' in page,
        )
        for page in (english, chinese)
    ]
    assert told == [(["/delivery/"], ["utc"], True), (["/logs/"], ["device"], False)]
