"""The log's export: all rows of the filter, in one stream that runs no formula."""

from datetime import datetime, timedelta

import pytest
import time_machine

from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.devices.views.streams import streamed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        yield


def exported(browser, query=""):
    return streamed(browser, f"/logs/export.csv{query}")


def test_the_export_holds_the_filters_rows_and_runs_no_formula():
    lamp = scene.device(name="=HYPERLINK(1)")
    scene.event(lamp, code="temp_current", value=-5)
    scene.event(lamp, NOON - timedelta(minutes=1), code="mode", value="-x", source=17)
    scene.event(lamp, NOON - timedelta(minutes=2), event_id=1, source=None)

    answer, content = exported(scene.client(), "?event=7")

    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="fleet-logs-20261121T120030Z.csv"'
    )
    assert content.decode().split("\r\n") == [
        (
            "event_time_utc,received_at_utc,device_id,device,event_id,event,source_id,source,code,"
            "value,raw,provenance"
        ),
        (
            "2026-11-21T12:00:00.000Z,2026-11-21T12:00:01.000Z,bf01,'=HYPERLINK(1),7,"
            "data point report,1,device itself,temp_current,-5,,log"
        ),
        (
            "2026-11-21T11:59:00.000Z,2026-11-21T11:59:01.000Z,bf01,'=HYPERLINK(1),7,"
            "data point report,17,unknown (17),mode,'-x,,log"
        ),
        "",
    ]


def test_an_export_longer_than_a_chunk_is_whole():
    lamp = scene.device()
    scene.events(lamp, 2_001)

    _answer, content = exported(scene.client())

    lines = content.decode().splitlines()
    times = [datetime.fromisoformat(line.split(",")[0]) for line in lines[1:]]
    assert (len(times), len(set(times)), times == sorted(times, reverse=True)) == (2001, 2001, True)


def test_an_export_of_nonsense_says_why_in_plain_text():
    answer, content = exported(scene.client(), "?event=x")

    assert (answer.status_code, content.decode()) == (
        400,
        "Event: “x” is no number that can stand here.",
    )
