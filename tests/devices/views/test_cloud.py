"""The cloud page: project, calls and troubles as it tells them, and what it never shows."""

from datetime import timedelta

import pytest
import time_machine

from devices.models import CallCount, Project, SyncRun
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON, text

pytestmark = pytest.mark.django_db

TOKEN = (
    '{"access":"SECRET-ACCESS","deadline_ms":1795266000000,"renew_ms":1,"refresh":"SECRET-REFRESH"}'
)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def project(settings):
    settings.TUYA_CLIENT_ID = "abcd1234567890wxyz"
    settings.TUYA_CLIENT_SECRET = "SECRET-OF-PROJECT"
    settings.TUYA_BASE_URL = "https://openapi.tuyaeu.com"
    settings.TUYA_DISCOVERY = "user:uid-of-somebody"
    settings.TUYA_LOG_EDITION = "paid"
    settings.DEMO = False
    return Project.objects.create(
        client_id=settings.TUYA_CLIENT_ID, base_url=settings.TUYA_BASE_URL
    )


def run(kind="sync", outcome="complete", *, at=NOON - timedelta(minutes=5), **given):
    return SyncRun.objects.create(
        kind=kind,
        outcome=outcome,
        started_at=at,
        **({"finished_at": at + timedelta(seconds=1.25)} | given),
    )


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    answers = [client.get("/cloud/"), client.post("/cloud/sync/")]

    assert [one.headers["Location"] for one in answers] == [
        "/login/?next=/cloud/",
        "/login/?next=/cloud/sync/",
    ]


def test_before_the_first_look_the_page_says_so():
    page = text(scene.client().get("/cloud/"))

    assert "Fleet has not looked at the cloud yet." in page
    assert "nothing is owed yet" in page
    assert "No call failed." in page


def test_the_project_is_shown_without_its_secrets(project):
    project.token, project.token_saved_at = TOKEN, NOON - HOUR
    project.clock_offset_ms, project.last_ok_at = -1500, NOON
    project.lacks = ["iot-03"]
    project.save()

    answer = scene.client().get("/cloud/")

    page, body = text(answer), answer.content.decode()
    assert "Client id abcd…wxyz" in page
    assert "Data center eu · https://openapi.tuyaeu.com" in page
    assert "Finds devices by user" in page
    assert "Log edition paid" in page
    assert "No permission for iot-03" in page
    assert "Cloud's clock -1,500 ms against ours" in page
    assert answer.context["token_ends"].isoformat() == "2026-11-21T13:00:01.500000+00:00"
    for secret in ("1234567890", "SECRET", "uid-of-somebody", TOKEN):
        assert secret not in body


@pytest.mark.parametrize("stored", ["", "nonsense", "{}", '{"deadline_ms":"x"}'])
def test_a_token_that_cannot_be_read_hides_nothing_else(project, stored):
    project.token = stored
    project.save()

    answer = scene.client().get("/cloud/")

    assert (answer.status_code, answer.context["token_ends"]) == (200, None)


@pytest.mark.parametrize(
    ("language", "to_do"),
    [("en", "What to do:"), ("zh-hans", "")],
)
def test_a_parked_account_says_why_and_what_to_do(project, language, to_do):
    project.parked_code, project.parked_message = 28841002, "No permissions. expired"
    project.parked_at, project.probe_at = NOON - HOUR, NOON + HOUR
    project.save()

    answer = scene.client().get("/cloud/", headers={"Accept-Language": language})

    page, refused = text(answer), answer.context["refused"]
    assert "28841002" in page
    assert "No permissions. expired" in page
    assert refused.meaning in page
    assert refused.advice in page
    assert to_do in page
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in refused.meaning)
    assert chinese == (language == "zh-hans")


def test_failed_looks_are_counted_and_the_next_one_is_announced(project):
    project.failures, project.last_error = 3, "connection refused"
    project.last_error_at, project.probe_at = NOON - timedelta(seconds=9), NOON + HOUR
    project.save()

    page = text(scene.client().get("/cloud/"))

    assert "The last 3 looks at the cloud failed." in page
    assert "connection refused" in page
    assert "tried again in 1 h" in page


def test_calls_are_counted_by_endpoint_and_errors_by_code_with_their_meaning():
    listing, logs = "GET /v1.0/iot-01/associated-users/devices", "GET /v1.0/devices/{id}/logs"
    for hour, endpoint, code, count, took in (
        (NOON, listing, "ok", 3, 300),
        (NOON - HOUR, listing, "1010", 1, 10),
        (NOON - HOUR, logs, "0", 10, 200),
        (NOON - HOUR, logs, "1010", 2, 20),
        (NOON - HOUR, logs, "unavailable", 1, 10_000),
        (NOON - 25 * HOUR, logs, "2009", 5, 5),
        (NOON - timedelta(days=21), logs, "0", 1000, 5),
    ):
        CallCount.objects.create(hour=hour, endpoint=endpoint, code=code, count=count, took_ms=took)

    answer = scene.client().get("/cloud/")

    shown = [
        (one.name, one.calls, one.failed, one.average_ms) for one in answer.context["endpoints"]
    ]
    assert shown == [(logs, 13, 3, 786), (listing, 4, 1, 78)]
    troubles = [(one.code, one.count, one.endpoints) for one, _told in answer.context["troubles"]]
    assert troubles == [("1010", 3, 2), ("unavailable", 1, 1)]
    assert answer.context["used"] == 22
    told = answer.context["troubles"][0][1]
    assert told.meaning in text(answer)
    assert told.advice in text(answer)
    assert "The cloud could not be reached, or asked to come back later." in text(answer)


def test_a_months_quota_is_shown_beside_what_was_used(settings):
    settings.TUYA_MONTHLY_CALLS = 26_000
    CallCount.objects.create(hour=NOON, endpoint="x", code="0", count=13_000, took_ms=1)

    page = text(scene.client().get("/cloud/"))

    assert "Calls this month 13,000 of 26,000 (50 %)" in page


def test_runs_are_told_newest_first_with_what_went_wrong():
    run("harvest", "incomplete", error="token invalid", error_code=1010, calls=3)
    run(at=NOON - timedelta(minutes=1), seen=500, changed=37, calls=11)
    run(at=NOON, outcome="running", finished_at=None)

    answer = scene.client().get("/cloud/")

    told = [
        (one.kind, one.outcome, took, words and (words.code, words.vendor_words))
        for one, took, words in answer.context["runs"]
    ]
    assert told == [
        ("sync", "running", "", None),
        ("sync", "complete", "1.2 s", None),
        ("harvest", "incomplete", "1.2 s", ("1010", "token invalid")),
    ]


def test_log_reading_shows_its_lag_and_what_is_proven():
    read = scene.device("bf01", harvested_at=NOON - HOUR, next_harvest_at=NOON + HOUR)
    scene.device("bf02", harvested_at=None, next_harvest_at=NOON - 2 * HOUR)
    scene.device("bf03", logs_supported=False)
    scene.device("bf04", state="removed", next_harvest_at=NOON - 9 * HOUR)
    scene.proven(read, (NOON - timedelta(days=7), NOON - timedelta(days=3.5)))

    answer = scene.client().get("/cloud/")

    lag = answer.context["lag"]
    assert (lag.overdue, lag.oldest, lag.never_read, lag.without_logs) == (1, NOON - 2 * HOUR, 1, 1)
    assert round(answer.context["proven"], 6) == 50


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.OPERATOR, 302)])
def test_only_an_operator_asks_for_a_look_at_once(role, status, django_capture_on_commit_callbacks):
    browser = scene.client(role)

    page = browser.get("/cloud/").content.decode()
    with django_capture_on_commit_callbacks() as rung:
        answer = browser.post("/cloud/sync/")

    offered = 'action="/cloud/sync/"' in page
    assert (answer.status_code, offered, len(rung)) == (status, status == 302, int(status == 302))


def test_asking_for_a_look_is_no_link():
    assert scene.client(Role.OPERATOR).get("/cloud/sync/").status_code == 405


def test_the_open_page_asks_for_its_body_only():
    answer = scene.client().get("/cloud/", headers={"HX-Target": "cloud-body"})

    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="cloud-body"')
    assert "<html" not in page


@pytest.mark.parametrize("count", [1, 50])
def test_fifty_of_everything_cost_the_queries_of_one(count, project, django_assert_num_queries):
    browser = scene.client()
    for number in range(count):
        scene.proven(scene.device(f"bf{number}"), (NOON - HOUR, NOON))
        run(at=NOON - timedelta(minutes=number), error_code=1010, error="token invalid")
        CallCount.objects.create(
            hour=NOON, endpoint=f"GET /{number}", code="1010", count=1, took_ms=1
        )

    # session, user with rights, lag, proven, endangered, endpoints, codes, runs,
    # project, calls of the month, whether the account is parked
    with django_assert_num_queries(11):
        browser.get("/cloud/")


def test_the_page_says_when_the_months_calls_end_at_this_pace(settings):
    settings.TUYA_MONTHLY_CALLS = 26_000
    CallCount.objects.create(hour=NOON, endpoint="x", code="ok", count=20_000, took_ms=1)

    answer = scene.client().get("/cloud/")

    assert NOON < answer.context["ends_at"] < NOON + timedelta(days=9)
    assert "the month's calls end" in text(answer)


def test_a_months_calls_used_up_are_told_as_that(settings):
    settings.TUYA_MONTHLY_CALLS = 100
    CallCount.objects.create(hour=NOON, endpoint="x", code="ok", count=100, took_ms=1)

    assert "used up: nothing is read until the month ends" in text(scene.client().get("/cloud/"))


@pytest.mark.parametrize(
    ("feed", "outcome", "shown"),
    [
        ("off", "running", "Message feed off"),
        ("event", "running", "Message feed event · Connected since"),
        ("event", "incomplete", "Message feed event · the service answers 401 since"),
    ],
)
def test_the_message_feed_says_whether_it_is_connected(settings, feed, outcome, shown):
    settings.TUYA_FEED = feed
    run("feed", outcome, error="" if outcome == "running" else "the service answers 401")

    page = scene.text(scene.client().get("/cloud/"))

    assert shown in page
