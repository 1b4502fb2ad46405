"""The first steps: each state, the page, the card on the overview, and the same list in a shell."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from devices.models import Project, SyncRun
from fleet import checklist, health
from people.roles import Role
from reporting.models import Sink
from reporting.reach import Reach, reach
from reporting.terms import current
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.people import persons

ALL = ["database", "broker", "worker", "keys", "clock", "look", "ush", "people", "factors"]


@pytest.fixture
def healthy(settings, db):
    """Everything is there that needs no cloud."""
    with health.broker() as link:
        link.set(health.SEEN_KEY, 1, ex=60)
    yield
    with health.broker() as link:
        link.delete(health.SEEN_KEY)


def project(settings, **given):
    return Project.objects.create(
        client_id=settings.TUYA_CLIENT_ID, base_url=settings.TUYA_BASE_URL, **given
    )


def states(tested=None):
    return {one.key: str(one.state) for one in checklist.steps(tested)}


def test_a_fresh_fleet_has_everything_still_to_come(healthy):
    persons.user(Role.ADMIN)

    assert states() == dict.fromkeys(ALL[:3], "done") | dict.fromkeys(ALL[3:], "open")


def test_a_fleet_that_runs_has_done_all(healthy, settings):
    persons.user(Role.OPERATOR)
    persons.user(Role.VIEWER)
    project(settings, last_ok_at=NOON, clock_offset_ms=-800)
    SyncRun.objects.create(kind="sync", outcome="complete", started_at=NOON, finished_at=NOON)
    Sink.objects.create(name="ush", last_ok_at=NOON)

    assert states() == dict.fromkeys(ALL, "done")


def test_what_is_wrong_is_told_with_its_meaning_and_the_next_step(healthy, settings):
    project(settings, parked_code=1004, parked_message="sign invalid", last_ok_at=NOON)
    Project.objects.update(clock_offset_ms=300_000)
    tested = checklist.Tested(
        cloud=checklist.TuyaError("gone"), ush=Reach("ush:80", 5, "timed out")
    )

    found = {one.key: one for one in checklist.steps()}
    tried = {one.key: one for one in checklist.steps(tested)}

    assert (found["keys"].state, found["keys"].words[:5], bool(found["keys"].advice)) == (
        "trouble",
        "1004 ",
        True,
    )
    assert found["clock"].words == "The cloud's clock is +300000 ms against this machine's."
    assert (found["clock"].state, tried["keys"].state, tried["ush"].words) == (
        "trouble",
        "trouble",
        "ush:80 cannot be reached (timed out).",
    )


def test_the_button_asks_the_cloud_and_knocks_at_ush_without_a_report(healthy, cloud, settings):
    there = scene.text(scene.client(Role.ADMIN, "ada").post("/setup/test/"))
    settings.USH_REPORT_URL = "http://127.0.0.1:9/nobody"
    away = reach(current())

    assert "The cloud gave a token after" in there
    assert "ms; no report was sent yet." in there
    assert [call.path for call in cloud.calls] == ["/v1.0/token"]
    assert (away.place, away.problem.split(":")[0]) == ("127.0.0.1:9", "ConnectionRefusedError")


def test_only_admins_see_the_page_and_the_card_until_they_put_it_away(healthy):
    assert Client().get("/setup/").status_code == 302
    assert scene.client(Role.MANAGER).get("/setup/").status_code == 403
    assert "First steps" not in scene.text(scene.client(Role.MANAGER).get("/"))
    admin = scene.client(Role.ADMIN)

    before = scene.text(admin.get("/"))
    page = scene.text(admin.get("/setup/"))
    admin.post("/setup/hide/")
    after = admin.get("/").content.decode()

    assert "To do Keys of the device cloud The cloud was not asked yet. Look" in before
    assert "4 of 9 done" in page
    assert 'id="first-steps"' not in after


def test_the_doctor_prints_the_same_list_and_fails_when_something_is_in_trouble(
    healthy, settings, capsys
):
    call_command("doctor")
    lines = capsys.readouterr().out.splitlines()
    call_command("doctor", "--json")
    figures = json.loads(capsys.readouterr().out)
    project(settings, parked_code=1004)

    with pytest.raises(CommandError, match="in trouble: Keys of the device cloud"):
        call_command("doctor")

    assert lines[0] == "ok      Database: It answers."
    assert [one["key"] for one in figures["steps"]] == ALL
