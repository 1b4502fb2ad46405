"""What many open pages ask for after one change is made once, and never for the wrong eyes."""

import pytest
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from pages import heard
from pages.shared import shared
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listening():
    heard.begin()
    yield
    heard.end()


@pytest.fixture
def asked():
    """Who was answered by the page itself."""
    return []


@pytest.fixture
def page(asked):
    @shared("table", personal=lambda request: "mine" in request.GET)
    def view(request):
        asked.append(request.user)
        form = f'<input name="csrfmiddlewaretoken" value="{get_token(request)}">'
        return HttpResponse(f"{len(asked)} {form}")

    return view


def ask(page, user, address="/", target="table", **cookies):
    request = RequestFactory().get(address, headers={"hx-target": target})
    request.user = user
    request.COOKIES |= cookies
    return page(request).content.decode()


def test_who_sees_the_same_gets_what_was_made_for_the_first_with_a_token_of_their_own(page, asked):
    one, other = persons.user(Role.VIEWER), persons.user(Role.VIEWER)

    first, second = ask(page, one), ask(page, other)

    assert asked == [one]
    assert (first.split(" ")[0], second.split(" ")[0]) == ("1", "1")
    assert first != second
    assert second.startswith('1 <input name="csrfmiddlewaretoken" value="')
    assert len(second) == len(first)


@pytest.mark.parametrize(
    "other",
    [
        {"address": "/?sort=name"},
        {"address": "/?mine=1"},
        {"target": "the-whole-page"},
        {"fleet_columns": "name"},
    ],
)
def test_what_asks_for_something_else_is_made_for_itself(page, asked, other):
    one, two = persons.user(Role.VIEWER), persons.user(Role.VIEWER)
    ask(page, one)

    ask(page, one, **other)
    ask(page, two, **other)

    own = other.get("address") == "/?mine=1" or "target" in other
    assert asked == [one, one, two] if own else [one, one]


def test_other_rights_see_their_own(page, asked):
    viewer, operator = persons.user(Role.VIEWER), persons.user(Role.OPERATOR)

    ask(page, viewer)
    ask(page, operator)

    assert asked == [viewer, operator]


def test_what_was_made_before_a_change_is_never_shown_after_it(page, asked):
    viewer = persons.user(Role.VIEWER)
    ask(page, viewer)

    heard.again("devices", ["a"])
    ask(page, viewer)

    assert asked == [viewer, viewer]


def test_nothing_is_kept_where_changes_are_not_heard(page, asked):
    viewer = persons.user(Role.VIEWER)
    heard.end()

    ask(page, viewer)
    ask(page, viewer)

    heard.begin()
    assert asked == [viewer, viewer]
