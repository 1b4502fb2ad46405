from datetime import timedelta

import msgspec
import pytest
import time_machine

from devices.models import CallCount, Project, SyncRun
from devices.tuya.token import Token
from people.roles import Role
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def project_settings(settings):
    settings.TUYA_CLIENT_ID = "client"
    settings.TUYA_BASE_URL = "https://openapi.tuyacn.com"
    settings.TUYA_DISCOVERY = "associated-users"
    settings.TUYA_LOG_EDITION = "free"
    settings.TUYA_QPS = 10
    settings.TUYA_MONTHLY_CALLS = 1000
    settings.DEMO = False


def show(now):
    with time_machine.travel(now, tick=False):
        answer = persons.api(Role.VIEWER).get("/api/v1/cloud/")
    assert answer.status_code == 200
    return answer


def test_a_project_that_was_never_called_says_so(now):
    assert show(now).json() == {
        "base_url": "https://openapi.tuyacn.com",
        "client_id": "client",
        "demo": False,
        "discovery": "associated-users",
        "log_edition": "free",
        "state": "untried",
        "last_ok_at": None,
        "failures": 0,
        "next_try_at": None,
        "parked_at": None,
        "paused_at": None,
        "paused_by": "",
        "paused_reason": "",
        "error": None,
        "clock_offset_ms": 0,
        "lacks": [],
        "token": {"saved_at": None, "expires_at": None},
        "quota": {"qps": 10, "monthly_calls": 1000, "calls_this_month": 0},
        "calls": [],
    }


def test_a_project_in_trouble_says_what_the_vendor_meant_and_shows_no_token(now):
    token = Token(access="secret-token", deadline_ms=1_700_000_000_000, renew_ms=0)
    Project.objects.create(
        client_id="client",
        base_url="https://openapi.tuyacn.com",
        token=msgspec.json.encode(token).decode(),
        token_saved_at=now,
        parked_at=now,
        parked_code=1004,
        probe_at=now + timedelta(minutes=1),
        failures=2,
        last_error="sign invalid",
        last_error_code=1004,
        last_error_at=now,
    )

    answer = show(now)

    found = answer.json()
    assert "secret-token" not in answer.content.decode()
    assert (found["state"], found["failures"]) == ("parked", 2)
    assert found["token"] == {
        "saved_at": "2026-11-21T12:00:00.000Z",
        "expires_at": "2023-11-14T22:13:20.000Z",
    }
    error = found["error"]
    assert (error["vendor_code"], error["vendor_message"]) == (1004, "sign invalid")
    assert error["meaning"]
    assert error["advice"]


def test_calls_are_counted_by_endpoint_and_answer(now):
    hour = now.replace(minute=0)
    for ago, code, count in ((0, "0", 3), (1, "0", 1), (1, "1106", 2), (30, "0", 9), (999, "0", 5)):
        at = hour - timedelta(hours=ago)
        CallCount.objects.create(hour=at, endpoint="device", code=code, count=count, took_ms=80)

    found = show(now).json()

    assert found["quota"]["calls_this_month"] == 15
    assert [
        (one["endpoint"], one["code"], one["count"], one["mean_ms"], bool(one["meaning"]))
        for one in found["calls"]
    ] == [("device", "0", 4, 40, False), ("device", "1106", 2, 40, True)]


def test_runs_are_listed_newest_first_and_filtered():
    api = persons.api(Role.VIEWER)
    for minutes, kind, outcome in (
        (0, "sync", "complete"),
        (1, "harvest", "complete"),
        (2, "sync", "failed"),
    ):
        SyncRun.objects.create(
            kind=kind,
            outcome=outcome,
            started_at=made.START + timedelta(minutes=minutes),
            error_code=1010 if outcome == "failed" else None,
            error="token invalid" if outcome == "failed" else "",
        )

    everything = api.get("/api/v1/sync-runs/").json()["results"]
    failed = api.get("/api/v1/sync-runs/?kind=sync&outcome=failed").json()["results"]

    assert [row["started_at"][14:16] for row in everything] == ["02", "01", "00"]
    assert failed == [
        {
            "id": failed[0]["id"],
            "kind": "sync",
            "outcome": "failed",
            "started_at": "2026-11-20T08:02:00.000Z",
            "finished_at": None,
            "seen": 0,
            "changed": 0,
            "created": 0,
            "missing": 0,
            "rows": 0,
            "calls": 0,
            "error_code": 1010,
            "error": "token invalid",
            "meaning": failed[0]["meaning"],
            "advice": failed[0]["advice"],
        }
    ]
    assert failed[0]["meaning"]
