"""Whoever is not signed in sees nothing: tried on every address that there is."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

pytestmark = pytest.mark.django_db

# The doors themselves, what machines ask to know that Fleet lives, and the choice of a language.
OPEN = {"login/", "logout/", "healthz", "readyz", "language/"}
METHODS = ("get", "post", "put", "patch", "delete")


def addresses(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        else:
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))


def filled(address):
    by_name = re.sub(r"<[a-z]+:[a-z_]+>", "1", address)
    return re.sub(r"\(\?P<[a-z_]+>(\[0-9\]\S*?|[a-z|-]+)\)", first_choice, by_name)


def first_choice(match):
    return "1" if match[1].startswith("[") else match[1].split("|")[0]


ADDRESSES = sorted(set(addresses(get_resolver("fleet.urls").url_patterns)) - OPEN)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_sent_to_sign_in_or_refused(address):
    told = {}

    for method in METHODS:
        answer = getattr(Client(), method)("/" + filled(address))
        told[method] = answer.status_code
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/login/?next=")

    wrong_address = {404} if address == "api/<path:path>" else set()
    assert set(told.values()) <= {302, 401, 403, 405} | wrong_address, told


def test_the_list_of_addresses_is_not_empty():
    assert len(ADDRESSES) > 40
