import json

import pytest
from django.contrib.auth.models import User

from people.roles import Role
from tests.people import persons

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.rest.addresses")]

REFUSED = "application/problem+json"
KNOWN = "No such parameter. Known here: active, count, cursor, ordering, page_size, since."
BROKEN = (
    "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
)


def problem(answer):
    """The problem, once its media type and status agree."""
    assert answer.headers["Content-Type"] == REFUSED
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code
    return body


def test_a_list_has_links_both_ways_and_counts_when_asked():
    api = persons.api(Role.VIEWER)
    User.objects.bulk_create(User(username=f"a{number}") for number in range(4))
    start = "/users/?page_size=2&active=1"

    first = api.get(start + "&count=1").json()
    second = api.get(first["next"]).json()
    again = api.get(second["previous"]).json()

    assert (first["results"], first["count"], first["previous"]) == (["a0", "a1"], 5, None)
    assert second["results"] == ["a2", "a3"]
    assert "count" not in second
    assert again["results"] == ["a0", "a1"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("nme=x", {"nme": [KNOWN]}),
        ("page_size=501", {"page_size": ["1 to 500, please."]}),
        ("page_size=0", {"page_size": ["1 to 500, please."]}),
        ("page_size=-1", {"page_size": ["1 to 500, please."]}),
        ("page_size=٣", {"page_size": ["1 to 500, please."]}),
        ("active=maybe", {"active": ["true or false, please."]}),
        ("since=yesterday", {"since": ["A time like 2026-11-21T08:30:00Z, please."]}),
        ("since=2026-02-30", {"since": ["A time like 2026-11-21T08:30:00Z, please."]}),
        ("since=0001-01-01T00:00:00%2B14:00",
         {"since": ["A time like 2026-11-21T08:30:00Z, please."]}),
        ("since=a%00", {"since": ["Too long, or not text."]}),
        ("ordering=" + "x" * 501, {"ordering": ["Too long, or not text."]}),
    ],
)  # fmt: skip
def test_a_parameter_that_is_not_understood_is_refused_by_name(query, fault):
    answer = persons.api(Role.VIEWER).get(f"/users/?{query}")

    name = next(iter(fault))
    assert problem(answer) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid",
        "detail": f"Not understood: {name}.",
        "instance": "/users/",
        "errors": fault,
    }


@pytest.mark.parametrize("since", ["2026-11-21", "2026-11-21T08:00:00Z", "2026-11-21T08:00+08:00"])
def test_times_are_taken_in_the_spellings_that_clients_send(since):
    assert persons.api(Role.VIEWER).get(f"/users/?since={since}").status_code == 200


def test_a_foreign_cursor_is_answered_in_words():
    answer = persons.api(Role.VIEWER).get("/users/?cursor=xyz")

    assert (problem(answer)["code"], answer.status_code) == ("bad_cursor", 400)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("{", BROKEN),
        ("[" * 100_000, "The JSON is nested too deeply."),
        ('{"name": "a\\u0000"}', "The JSON holds text that cannot be stored (NUL)."),
        ('{"name": "\\ud800"}', "The JSON holds text that cannot be stored (NUL)."),
        ("[1]", "The body must be a JSON object."),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_a_problem_and_no_crash(body, detail):
    api = persons.api(Role.OPERATOR)

    answer = api.post("/chore/", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")

    assert (answer.status_code, problem(answer)["detail"]) == (400, detail)


def test_a_body_of_another_kind_is_refused():
    api = persons.api(Role.OPERATOR)

    answer = api.post("/chore/", "x", content_type="text/plain", HTTP_IDEMPOTENCY_KEY="k")

    assert problem(answer)["code"] == "unsupported_media_type"


def test_strangers_are_asked_for_a_token_and_the_weak_are_told_what_they_lack():
    stranger = persons.api(Role.VIEWER)
    stranger.credentials()
    liar = persons.api(Role.VIEWER)
    liar.credentials(HTTP_AUTHORIZATION="Token nonsense")
    viewer = persons.api(Role.VIEWER)

    unknown, wrong, weak = stranger.get("/users/"), liar.get("/users/"), viewer.post("/chore/")

    assert (problem(unknown)["code"], unknown.headers["WWW-Authenticate"]) == (
        "not_authenticated",
        "Token",
    )
    assert (wrong.status_code, problem(wrong)["code"]) == (401, "authentication_failed")
    assert (weak.status_code, problem(weak)["code"]) == (403, "forbidden")


def test_a_read_only_token_cannot_write_and_is_told_so():
    answer = persons.api(Role.ADMIN, read_only=True).post("/chore/", {"name": "x"})

    assert problem(answer)["detail"] == "This token is read-only: it may not edit tags and notes."


def test_a_vendors_refusal_carries_its_code_and_meaning():
    answer = persons.api(Role.VIEWER).get("/vendor/")

    assert problem(answer) == {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "refused",
        "detail": "The cloud refused.",
        "instance": "/vendor/",
        "vendor_code": 1106,
        "vendor_message": "no",
        "meaning": "m",
    }


@pytest.mark.parametrize("kind", ["data", "a%00"])
def test_what_only_the_database_would_notice_is_bad_input_too(kind):
    assert problem(persons.api(Role.VIEWER).get(f"/broken/{kind}/"))["code"] == "invalid"


def test_an_address_without_a_call_is_a_problem_too():
    answer = persons.api(Role.VIEWER).get("/nowhere/")

    assert (problem(answer)["code"], answer.status_code) == ("not_found", 404)


def test_a_method_that_a_call_lacks_is_refused():
    answer = persons.api(Role.ADMIN).delete("/chore/")

    assert (problem(answer)["code"], answer.headers["Allow"]) == (
        "method_not_allowed",
        "POST, OPTIONS",
    )


@pytest.mark.parametrize(("path", "kind"), [("/api/", REFUSED), ("/", "text/html; charset=utf-8")])
def test_a_fault_of_our_own_is_told_without_its_detail(path, kind):
    api = persons.api(Role.VIEWER)
    api.raise_request_exception = False

    answer = api.get(f"{path}broken/fault/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, kind)
    assert "secret detail" not in answer.content.decode()
