"""What a device said at a past moment is told with what speaks against it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices import series, time_travel
from devices.events import millis
from devices.models import Provenance
from devices.time_travel import Held
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def lamp():
    """Proven until two hours before noon; on at eight, off at eleven, as its own log says."""
    made = scene.device(status={"switch_led": False, "temp_current": 223})
    scene.proven(made, (NOON - timedelta(days=7), NOON - 2 * HOUR))
    scene.event(made, NOON - 4 * HOUR, code="switch_led", value=True)
    scene.event(made, NOON - HOUR, code="switch_led", value=False)
    scene.event(made, NOON - 5 * HOUR, event_id=1)
    return made


def test_a_value_holds_from_its_report_and_is_proven_as_far_as_the_log_was_read(lamp):
    proven = time_travel.then(lamp, NOON - 3 * HOUR, NOON)
    later = time_travel.then(lamp, NOON - 2 * HOUR + timedelta(minutes=1), NOON)

    on = Held("switch_led", True, True, NOON - 4 * HOUR)
    assert (proven.values["switch_led"], proven.values["switch_led"].proven) == (on, True)
    assert (proven.online, proven.online_since) == (True, NOON - 5 * HOUR)
    gap = series.Gap(
        millis(NOON - 2 * HOUR),
        millis(NOON - 2 * HOUR + timedelta(minutes=1)),
        series.NOT_READ_YET,
    )
    assert later.values["switch_led"] == Held("switch_led", True, True, NOON - 4 * HOUR, (gap,))


def test_before_the_first_report_nothing_is_known(lamp):
    before = time_travel.then(lamp, NOON - 6 * HOUR, NOON)

    assert before.values["switch_led"] == Held("switch_led", known=False)
    assert (before.online, before.online_since) == (None, None)


def test_what_was_told_weeks_ago_still_holds_beside_what_was_told_today(lamp):
    for days, value in ((30, 1), (20, 2)):
        scene.event(lamp, NOON - timedelta(days=days), code="bright", value=value)
    lamp.status["bright"] = 2

    held = time_travel.then(lamp, NOON - 3 * HOUR, NOON).values

    told = {code: (one.value, one.at) for code, one in held.items()}
    assert told == {
        "switch_led": (True, NOON - 4 * HOUR),
        "temp_current": (None, None),
        "bright": (2, NOON - timedelta(days=20)),
    }


def test_a_change_that_only_a_poll_found_leaves_the_moments_before_it_open(lamp):
    scene.event(
        lamp, NOON - 3 * HOUR, code="switch_led", value=False, by=Provenance.POLL,
        not_before=millis(NOON - 3 * HOUR - timedelta(minutes=10)),
    )  # fmt: skip

    held = time_travel.then(lamp, NOON - 3 * HOUR - timedelta(minutes=5), NOON)

    told = held.values["switch_led"]
    assert (told.value, told.unsure_until, told.proven) == (True, NOON - 3 * HOUR, False)


def test_what_was_there_at_the_first_look_is_known_from_its_stamp(lamp):
    lamp.stamps = {"temp_current": [None, millis(NOON - 3 * HOUR), 3]}

    held = time_travel.then(lamp, NOON - 2 * HOUR, NOON).values["temp_current"]
    before = time_travel.then(lamp, NOON - 4 * HOUR, NOON).values["temp_current"]

    assert held == Held("temp_current", True, 223, NOON - 3 * HOUR)
    assert before == Held("temp_current", known=False)


def test_two_moments_stand_beside_each_other_and_differences_are_marked(lamp):
    answer = scene.client().get("/devices/bf01/then/?at=2026-11-21T09:00&beside=2026-11-21T11:30")

    (switch, temperature) = answer.context["table"]
    assert [(one.reading.text, bool(one.doubts)) for one in switch.cells] == [
        ("ON", False),
        ("OFF", True),
    ]
    assert (switch.differs, temperature.differs) == (True, False)
    assert "1 data point differs." in scene.text(answer)


def test_a_moment_of_no_sense_is_said_so_and_a_stranger_signs_in(lamp):
    told = scene.text(scene.client().get("/devices/bf01/then/?at=yesterday"))
    stranger = Client().get("/devices/bf01/then/")

    assert "Write a time as 2026-11-21T12:03 (UTC) or with its own zone." in told
    assert stranger.status_code == 302


def test_many_codes_cost_the_statements_of_one(lamp):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            time_travel.then(lamp, NOON, NOON)
        return len(queries)

    few = cost()
    lamp.status = {f"code_{number}": number for number in range(50)}

    assert (few, cost()) == (4, 4)
