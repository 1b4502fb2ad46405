import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from people.roles import Role
from tests.people import persons

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture(scope="module")
def schema():
    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        made = SchemaGenerator().get_schema(request=None, public=True)
        warned = {**GENERATOR_STATS._warn_cache, **GENERATOR_STATS._error_cache}
    assert warned == {}
    return made


def calls(schema):
    return [
        (path, method, call) for path, item in schema["paths"].items()
        for method, call in item.items() if method in {"get", "post", "patch", "put", "delete"}
    ]  # fmt: skip


def addresses(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern
        else:
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))


def test_the_description_is_valid_and_complete_without_a_warning(schema):
    validate_schema(schema)

    assert len(calls(schema)) > 25


def test_every_call_says_how_to_sign_in_and_how_it_refuses(schema):
    lacking = [
        (path, method) for path, method, call in calls(schema)
        if {"token": []} not in call.get("security", [])
        or not all(
            call["responses"].get(code, {}).get("content") == PROBLEM
            for code in ("400", "401", "403")
        )
    ]  # fmt: skip

    assert lacking == []


def test_every_call_has_words_and_a_name_of_its_own(schema):
    names = [call["operationId"] for _path, _method, call in calls(schema)]
    silent = [path for path, _method, call in calls(schema) if not call.get("description")]

    assert silent == []
    assert len(names) == len(set(names))


def test_every_call_of_the_addresses_is_described(schema):
    mounted = {
        path for path, _pattern in addresses(get_resolver().url_patterns) if "api/v1/" in path
    }

    assert len(mounted) == len(schema["paths"])


@pytest.mark.django_db
def test_strangers_get_no_call_at_all():
    answered = {
        path: APIClient().get("/" + re.sub(r"<[a-z]+:[a-z_]+>", "1", path)).status_code
        for path, _pattern in addresses(get_resolver().url_patterns)
        if "api/" in path and "?P" not in path and "<path:" not in path
    }

    assert len(answered) > 20
    assert {path for path, status in answered.items() if status not in (401, 302)} == set()
    assert {path for path, status in answered.items() if status == 302} == {"api/docs/"}


@pytest.mark.django_db
def test_the_description_is_for_viewers_and_its_refusal_is_a_problem():
    stranger, viewer = APIClient().get("/api/schema/"), persons.api(Role.VIEWER).get("/api/schema/")

    assert (stranger.status_code, stranger.headers["Content-Type"]) == (
        401,
        "application/problem+json",
    )
    assert stranger.json()["code"] == "not_authenticated"
    assert viewer.status_code == 200
    assert viewer.content.startswith(b"openapi: 3")


@pytest.mark.django_db
def test_the_pages_of_the_description_ask_no_other_machine():
    client = Client()
    client.force_login(persons.user(Role.VIEWER))

    page = client.get("/api/docs/").content.decode()

    assert "swagger-ui" in page
    assert "https://" not in page
