"""The mapping over REST: who may write it, what is refused, what a trial says."""

import pytest
from rest_framework.test import APIClient

from devices.models import Device
from people import groups
from people.roles import Role
from reporting import forwarder, outbox
from reporting.letters import StateReported
from reporting.models import MappingRow

pytestmark = pytest.mark.django_db

ECO = {
    "code": "mode",
    "category": "kt",
    "property": "Mode",
    "kind": "words",
    "parameters": {"eco": "AUTO"},
}


@pytest.fixture
def as_role(django_user_model):
    def client(role):
        user = django_user_model.objects.create_user(f"a-{role}", password="x")
        groups.give(user, role)
        api = APIClient()
        api.force_authenticate(user)
        return api

    return client


@pytest.fixture
def admin(as_role):
    return as_role(Role.ADMIN)


@pytest.fixture
def eco(now):
    """An air conditioner in a mode that USH has no word for."""
    Device.objects.create(
        device_id="ac1",
        category="kt",
        status={"mode": "eco", "swirl": 1},
        stamps={"mode": [1, 1, 3]},
        first_seen_at=now,
        last_seen_at=now,
        state_since=now,
    )
    outbox.take([StateReported("ac1", "kt", {"mode": "eco"}, {}, {"mode": 1})], now)


def call(client, method, path, data=None):
    answer = getattr(client, method)(f"/api/v1/delivery/{path}", data, format="json")
    return answer.status_code, answer.json() if answer.content else None


def test_a_row_is_added_listed_switched_and_removed(admin):
    status, row = call(admin, "post", "mapping/", ECO)
    listed = call(admin, "get", "mapping/")[1]
    off = call(admin, "patch", f"mapping/{row['id']}/", {"enabled": False})[1]
    gone = call(admin, "delete", f"mapping/{row['id']}/")

    kept = {name: value for name, value in row.items() if name not in ("id", "changed_at")}
    assert status == 201
    more = {"suffix": "", "extension": False, "enabled": True, "changed_by": "a-admin"}
    assert kept == ECO | more
    assert listed == {"results": [row]}
    assert off["enabled"] is False
    assert gone == (204, None)
    assert call(admin, "delete", f"mapping/{row['id']}/")[0] == 404
    assert call(admin, "patch", "mapping/7/", {"enabled": True})[0] == 404


def test_a_row_that_ush_would_refuse_is_answered_with_the_field(admin):
    status, answer = call(admin, "post", "mapping/", ECO | {"parameters": {"eco": "ECO"}})

    assert status == 400
    assert "ECO" in str(answer["errors"]["parameters"])
    assert not MappingRow.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.MANAGER])
@pytest.mark.parametrize("path", ["mapping/", "mapping/preview/"])
def test_only_an_admin_writes_the_mapping(as_role, role, path):
    assert call(as_role(role), "post", path, ECO | {"device": "ac1"})[0] == 403


def test_a_trial_says_what_a_device_would_become(admin, eco):
    answer = call(admin, "post", "mapping/preview/", ECO | {"device": "ac1"})

    change = {"ush_device_id": "ac1", "property": "Mode", "before": None, "after": "AUTO"}
    expected = {"raw": "eco", "present": True, "changes": [change], "unheard": []}
    assert answer == (200, expected)
    assert call(admin, "post", "mapping/preview/", ECO | {"device": "ac2"})[0] == 404


def test_what_has_no_word_is_listed_with_its_devices(as_role, eco):
    status, answer = call(as_role(Role.VIEWER), "get", "unmapped/")

    assert status == 200
    assert answer["codes"] == [{"code": "swirl", "devices": 1}]
    (value,) = answer["values"]
    assert (value["code"], value["value"], value["devices"]) == ("mode", "eco", 1)


def test_what_ush_refuses_is_given_up_and_the_deed_is_kept(as_role, office, sim):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    operator = as_role(Role.OPERATOR)

    given_up = call(operator, "post", "quarantine/discard/", {"devices": ["plug1"]})
    (cell,) = call(operator, "get", "cells/?device=plug1")[1]["results"]
    (deed,) = call(operator, "get", "deeds/")[1]["results"]

    assert given_up == (202, {"cells": 1})
    assert (cell["discarded"], cell["dirty"], cell["lane"]) == (True, False, "healthy")
    details = {"cells": 1, "devices": ["plug1"]}
    assert (deed["who"], deed["what"], deed["details"]) == ("a-operator", "discard", details)
    assert call(as_role(Role.VIEWER), "post", "quarantine/discard/")[0] == 403


def test_drift_is_listed(as_role, office):
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    office.switch("plug1", on=False)

    found = call(as_role(Role.VIEWER), "get", "cells/?drift=1")[1]["results"]

    assert [(one["device_id"], one["acked_value"], one["value"]) for one in found] == [
        ("plug1", "ON", "OFF")
    ]
