"""Every parameter and body that the description names, tried with what nobody means."""

from itertools import product

import pytest
from rest_framework.test import APIClient

from people.roles import Role
from tests.devices.api import made
from tests.people import persons
from tests.rest import described

pytestmark = pytest.mark.django_db

NASTY = ("-1", "9" * 20, "a=1e999", "9999-12-31T23:59:59-14:00", ",é😀%_'\"\\", "\x00")
BODIES = [b"", b"null", b"[]", b"1", b"{", b"\xff", b"{}", b'{"devices": [null]}',
          b'{"kind": {}, "devices": 5, "params": [], "tags": {}, "device_ids": [[]]}']  # fmt: skip


@pytest.fixture
def api():
    made_by = persons.api(Role.ADMIN)
    made_by.raise_request_exception = False
    device = made.device("dev1")
    made.log(device)
    made_by.operation = made.operation(made_by.owner, [device])
    return made_by


def test_no_parameter_can_break_a_call(api):
    broken, tried = [], 0

    for path, _method, call in described.calls("get"):
        address = described.filled(path, operation_id=api.operation.pk)
        names = [one["name"] for one in call["parameters"] if one["in"] == "query"]
        for name, value in product(names, NASTY):
            only = {"code": "switch_1"} if "history" in path else {}
            answer = api.get(address, only | {name: value})
            tried += 1
            if answer.status_code not in (200, 400, 404):
                broken.append((path, name, value, answer.status_code))

    assert broken == []
    assert tried > 300


def test_no_body_can_break_a_call(api):
    broken, tried = [], 0

    for path, method, _call in described.calls("post", "patch"):
        address = described.filled(path, operation_id=api.operation.pk)
        for number, body in enumerate(BODIES):
            answer = api.generic(
                method.upper(),
                address,
                body,
                content_type="application/json",
                HTTP_IDEMPOTENCY_KEY=f"{method}{path}{number}"[:255],
            )
            tried += 1
            if answer.status_code >= 500:
                broken.append((path, method, body, answer.status_code))

    assert broken == []
    assert tried > 80


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token \xff", "token x", "Token  "])
def test_no_token_header_can_break_a_call(header):
    answer = APIClient().get("/api/v1/devices/", HTTP_AUTHORIZATION=header)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Token")
