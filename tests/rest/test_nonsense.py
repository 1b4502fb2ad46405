"""Every parameter and body that the description names, tried with what nobody means."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from people.roles import Role
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db

NASTY = ("-1", "9" * 20, "a=1e999", "9999-12-31T23:59:59-14:00", ",é😀%_'\"\\", "\x00")
BODIES = [b"", b"null", b"[]", b"1", b"{", b"\xff", b"{}", b'{"devices": [null]}',
          b'{"kind": {}, "devices": 5, "params": [], "tags": {}, "device_ids": [[]]}']  # fmt: skip
PARTS = {"{device_id}": "dev1", "{report_id}": "1", "{verb}": "cancel"}


def described():
    with GENERATOR_STATS.silence():
        return SchemaGenerator().get_schema(request=None, public=True)["paths"]


def filled(path, operation):
    for part, value in (PARTS | {"{operation_id}": str(operation.pk)}).items():
        path = path.replace(part, value)
    return path


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

    for path, item in described().items():
        for parameter in item.get("get", {}).get("parameters", []):
            if parameter["in"] != "query":
                continue
            for value in NASTY:
                query = {"code": "switch_1"} | {parameter["name"]: value}
                only = query if "history" in path else {parameter["name"]: value}
                answer = api.get(filled(path, api.operation), only)
                tried += 1
                if answer.status_code not in (200, 400, 404):
                    broken.append((path, parameter["name"], value, answer.status_code))

    assert broken == []
    assert tried > 300


def test_no_body_can_break_a_call(api):
    broken, tried = [], 0

    for path, item in described().items():
        for method in item.keys() & {"post", "patch"}:
            for number, body in enumerate(BODIES):
                answer = api.generic(
                    method.upper(),
                    filled(path, api.operation),
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
