"""Every address, method and role: what the view declares is what happens, and all declare."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from pages.stream import stream
from people.gates import PUBLIC
from people.rights import declared
from people.roles import Role, rights_of
from tests.people import persons

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
SAFE = ("get",)


def views(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield (
                prefix + str(pattern.pattern).removeprefix("^").removesuffix("$"),
                pattern.callback,
            )
        else:
            yield from views(pattern.url_patterns, prefix + str(pattern.pattern))


def filled(address):
    by_name = re.sub(r"<[a-z]+:[a-z_]+>", "1", address)
    return "/" + re.sub(r"\(\?P<[a-z_]+>([^)]+)\)", first_choice, by_name)


def first_choice(match):
    return match[1].split("|")[0] if match[1][0].isalpha() else "1"


FOUND = dict(views(get_resolver("fleet.urls").url_patterns))
VIEWS = FOUND | {"logout/": FOUND.pop("logout/")}  # last: it ends the walk


def test_there_are_addresses_to_walk():
    assert len(VIEWS) > 80


@pytest.mark.parametrize("address", VIEWS)
def test_every_view_declares_who_may(address):
    assert declared(VIEWS[address]) is not None, f"{address} has neither @require nor @public"


def outcome(answer):
    """What a person would say of it: let in, kept out, or not the way to knock."""
    if answer.status_code in (401, 403):
        return "out"
    if answer.status_code == 302 and answer["Location"].startswith("/login/?next="):
        return "out"
    return "wrong method" if answer.status_code == 405 else "in"


def wanted(method, view, held):
    right = declared(view)[method not in SAFE]
    return "in" if right == PUBLIC or right in held else "out"


def understood(view):
    """The methods that a view can answer; a page's are said by decorators, so GET and POST."""
    if view is stream:
        return ()  # it answers without end, and gives its connection back: it has its own tests
    known = getattr(view, "cls", None)
    if known is None or not hasattr(known, "permission_classes"):
        return ("get", "post")
    return [method for method in METHODS if hasattr(known, method)]


def walk(client, held, methods):
    """Every address by these methods; what came out otherwise than declared."""
    wrong = []
    for address, view in VIEWS.items():
        for method in methods(view):
            answer = getattr(client, method)(filled(address))
            found, due = outcome(answer), wanted(method, view, held)
            if found not in {due, "wrong method"} or answer.status_code == 500:
                wrong.append(f"{method} /{address}: {answer.status_code}, declared {due}")
    return wrong


def test_a_stranger_gets_in_where_everybody_may_and_nowhere_else():
    assert walk(Client(raise_request_exception=False), frozenset(), lambda _: METHODS) == []


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_in_where_its_rights_are_declared_and_nowhere_else(role, settings):
    settings.TUYA_CLIENT_ID, settings.TUYA_CLIENT_SECRET = "walker", "secret"
    settings.TUYA_BASE_URL = "http://127.0.0.1:9"  # nobody answers; the test button says so
    client = Client(raise_request_exception=False)
    user = persons.user(role)
    user.set_password("a password, for who has none cannot prove it again")
    user.save()
    client.force_login(user)

    assert (
        walk(client, rights_of(role), lambda view: () if view is stream else understood(view)) == []
    )
