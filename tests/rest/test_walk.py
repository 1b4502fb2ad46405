"""Every call of the addresses, met one by one: keys, and problems for all that is no call."""

import json

import pytest
from django.http import QueryDict
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from devices import saved
from people.roles import Role
from rest.models import Answer
from tests.devices.api import made
from tests.people import persons
from tests.rest import described

pytestmark = pytest.mark.django_db

REFUSED = "application/problem+json"
WRITES = ("post", "put", "patch", "delete")
# A key's answer is kept for a week: a local key must not be. A trial changes nothing.
KEYLESS = {"devices_local_key", "delivery_mapping_preview"}
ROW = {"code": "mode", "property": "Mode", "kind": "words", "parameters": {"eco": "AUTO"}}
BODIES = {
    "exports_ask": {"event": [7]},
    "devices_annotate": {"note": "x"},
    "devices_import": {"device_ids": ["dev9"]},
    "devices_retire": {"reason": "spare"},
    "devices_retire_many": {"devices": ["dev1"], "reason": "spare"},
    "devices_restore_many": {"devices": ["dev1"]},
    "devices_link": {"predecessor": None},
    "operations_request": {"kind": "rename", "devices": ["dev1"], "params": {"name": "New"}},
    "views_save": {"page": "devices", "name": "x"},
    "views_change": {"name": "x"},
    "delivery_mapping_add": ROW | {"code": "work_mode"},
    "delivery_mapping_switch": {"enabled": False},
}


@pytest.fixture
def api(settings):
    settings.TUYA_DISCOVERY = "ids"
    return persons.api(Role.ADMIN)


def routes(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback
        else:
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))


def writing():
    return [one for one in described.calls(*WRITES) if one[2]["operationId"] not in KEYLESS]


def test_every_method_that_writes_is_described():
    views = {
        callback.cls for path, callback in routes(get_resolver().url_patterns)
        if path.startswith("api/v1/")
    }  # fmt: skip

    written = sum(hasattr(view, method) for view in views for method in WRITES)

    assert written == len(described.calls(*WRITES))


def test_every_call_that_writes_takes_a_key():
    lacking = [
        call["operationId"] for _path, _method, call in described.calls(*WRITES)
        if "Idempotency-Key" not in {one["name"] for one in call.get("parameters", ())}
    ]  # fmt: skip

    assert set(lacking) == KEYLESS


@pytest.mark.parametrize(("path", "method", "call"), writing(), ids=lambda one: str(one)[:60])
def test_what_is_asked_twice_with_one_key_is_done_once(api, path, method, call):
    row = 1
    if "{row_id}" in path:
        row = api.post("/api/v1/delivery/mapping/", ROW, format="json").json()["id"]
    made.device("dev1")
    export = None
    if "{export_id}" in path:
        export = api.post("/api/v1/exports/", {}, format="json").json()["id"]
    view = "{view_id}" in path and saved.save(
        "devices", "mine", QueryDict(), by=api.owner, shared=False, now=timezone.now()
    )
    operation = None
    if "operation" in path:
        operation = made.operation(api.owner, [made.device("dev2")])
    address = described.filled(
        path,
        operation_id=operation and operation.pk,
        row_id=row,
        export_id=export,
        view_id=view and view.pk,
    )
    body = BODIES.get(call["operationId"])

    def ask(sent):
        return getattr(api, method)(address, sent, format="json", HTTP_IDEMPOTENCY_KEY="k")

    first, second, other = ask(body), ask(body), ask((body or {}) | {"reason": "another"})

    assert first.status_code < 300, first.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Answer.objects.count() == 1


def test_a_local_key_is_kept_in_no_answer(api):
    made.device("dev1", local_key="never-to-be-kept")

    answer = api.post("/api/v1/devices/dev1/local-key/", HTTP_IDEMPOTENCY_KEY="k")

    assert (answer.json()["local_key"], Answer.objects.count()) == ("never-to-be-kept", 0)


def test_every_call_refuses_a_method_that_it_lacks_with_a_problem(api):
    wrong = []

    for path in described.schema()["paths"]:
        answer = api.trace(described.filled(path, operation_id=1))
        told = answer.headers["Content-Type"], answer.status_code, "Allow" in answer.headers
        if told != (REFUSED, 405, True):
            wrong.append((path, told))

    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "given", "status", "code"),
    [
        ("get", "/api/", {}, 404, "not_found"),
        ("post", "/api/v1/nowhere/", {}, 404, "not_found"),
        ("get", "/api/v1/devices", {}, 404, "not_found"),
        ("get", "/api/v1/operations/99999999999999999999/", {}, 404, "not_found"),
        ("get", "/api/v1/devices/", {"HTTP_ACCEPT": "image/png"}, 406, "not_acceptable"),
        ("patch", "/api/v1/devices/dev1/", {"data": b"x", "content_type": "text/x"}, 415,
         "unsupported_media_type"),
        ("get", "/api/v1/devices/?" + "&".join(["dp=a"] * 1200), {}, 400, "invalid"),
        ("patch", "/api/v1/devices/dev1/", {"data": b'"' + b"x" * 2_700_000 + b'"',
                                           "content_type": "application/json"}, 413, "too_large"),
    ],
    ids=lambda one: str(one)[:40],
)  # fmt: skip
def test_every_refusal_is_a_problem(api, method, path, given, status, code):
    made.device("dev1")

    answer = api.generic(method.upper(), path, **given)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, REFUSED)
    assert json.loads(answer.content)["code"] == code


def test_a_page_that_forgets_its_csrf_token_is_told_so_in_a_problem():
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(persons.user(Role.OPERATOR))
    made.device("dev1")

    answer = browser.patch("/api/v1/devices/dev1/", {"note": "x"}, format="json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, REFUSED)
