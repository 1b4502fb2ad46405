"""The description against the calls: whatever it allows to be sent is answered as it says.

Without `SCHEMATHESIS_EXAMPLES` it sends each call a few things, the same ones every time.
"""

import os

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from devices.models import Device
from people.roles import Role
from tests.devices.api import made
from tests.people import persons
from tests.rest import described

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "6"))
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
]


@pytest.fixture
def calls():
    """Every call as the description has it, for an admin with a device and an operation."""
    api = persons.api(Role.ADMIN)
    device = made.device("dev1")
    made.log(device)
    made.coverage(device)
    operation = made.operation(api.owner, [Device.objects.get()])
    token = {"Authorization": api._credentials["HTTP_AUTHORIZATION"]}
    # a server closes what a request leaves behind; here that is the connection of the test
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema/?format=json", get_wsgi_application(), headers=token
    )
    yield [found.ok() for found in schema.get_all_operations()], token, operation.pk
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def test_every_call_answers_as_it_is_described(calls):
    operations, token, number = calls
    broken = {}

    for operation in operations:
        try:
            look_at(operation, token, operation_id=number)
        except (AssertionError, BaseExceptionGroup) as fault:
            broken[operation.label] = str(fault)

    assert broken == {}
    assert len(operations) == len(described.calls("get", "post", "patch", "delete"))


def look_at(operation, token, **parts):
    """Send what the description allows, and compare each answer with it."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES < 10,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def look(case):
        places = described.PARTS | {name: str(value) for name, value in parts.items()}
        for name in case.path_parameters or {}:
            if name != "verb":
                case.path_parameters[name] = places[name]
        # which members an answer has cannot be said of it in advance
        case.query = {name: value for name, value in (case.query or {}).items() if name != "fields"}
        answer = case.call(headers=token)
        case.validate_response(answer, checks=CHECKS)

    look()
