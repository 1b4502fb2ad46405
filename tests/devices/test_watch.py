"""Who is quiet, the device or the pipeline; and the course of seven days with its gaps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import silence, watch
from devices.models import Hour, SyncRun
from devices.silence import Kind, Rhythm
from tests.devices.views import scene
from tests.devices.views.scene import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def rhythm(number, ago, usual=10 * MINUTE):
    return Rhythm(f"bf{number}", f"Lamp {number}", NOON - ago, usual)


def test_a_rhythm_is_the_longest_of_the_usual_gaps_and_few_events_are_none():
    hourly = [NOON - n * HOUR for n in range(20)]
    with_one_night = [NOON, *(NOON - n * HOUR for n in range(30, 49))]

    assert silence.usual(hourly) == HOUR
    assert silence.usual(with_one_night) == HOUR
    assert silence.usual(hourly[:5]) is None


def test_three_usual_gaps_and_an_hour_are_silence():
    late, patient, slow = rhythm(1, 2 * HOUR), rhythm(2, 59 * MINUTE), rhythm(3, 5 * HOUR, 2 * HOUR)

    assert silence.quiet([patient, late, slow], NOON) == (late,)


@pytest.mark.parametrize(
    ("looked", "silent", "spoke", "kind", "since"),
    [
        (None, 0, 0, Kind.UNWATCHED, None),
        (NOON - HOUR, 9, 9, Kind.UNWATCHED, NOON - HOUR),
        (NOON - MINUTE, 0, 100, Kind.NOBODY, None),
        (NOON - MINUTE, 4, 100, Kind.DEVICES, None),
        (NOON - MINUTE, 4, 4, Kind.DEVICES, None),
        (NOON - MINUTE, 50, 100, Kind.PIPELINE, NOON - 2 * HOUR),
    ],
)
def test_the_pipeline_is_blamed_before_the_devices(looked, silent, spoke, kind, since):
    quiet = [rhythm(number, 2 * HOUR + number * MINUTE) for number in range(silent)]

    said = silence.verdict(looked, quiet, spoke, NOON, 30 * MINUTE)

    assert (said.kind, said.since) == (kind, since)


def looked(at=NOON):
    SyncRun.objects.create(kind="sync", outcome="complete", started_at=at, finished_at=at)


def test_an_hour_is_noted_once_with_who_broke_the_own_rhythm(db):
    broken = scene.device("bf01", "Hall sensor", last_event_at=NOON - 3 * HOUR)
    for n in range(20):
        scene.event(broken, NOON - 3 * HOUR - n * 10 * MINUTE, code="va", value=n)
    scene.device("bf02", "Plug", online=False)
    scene.device("bf03", "Gone", state="removed")
    looked()

    watch.watch(NOON + MINUTE)
    watch.watch(NOON + 2 * MINUTE)

    assert list(Hour.objects.values()) == [
        {
            "hour": NOON,
            "looked_at": NOON,
            "online": 1,
            "offline": 1,
            "unknown": 0,
            "spoke": 1,
            "quiet": [["bf01", "Hall sensor", "2026-11-21T09:00:00+00:00", 600]],
        }
    ]
    assert watch.course(NOON + MINUTE).silence == silence.Verdict(
        Kind.DEVICES, None, (Rhythm("bf01", "Hall sensor", NOON - 3 * HOUR, 10 * MINUTE),)
    )


def test_an_hour_in_which_nobody_looked_is_no_row_and_a_gap(db):
    looked(NOON - 2 * HOUR)

    assert watch.course(NOON - HOUR - 59 * MINUTE).silence == silence.Verdict(Kind.UNKNOWN)
    assert watch.watch(NOON) is None
    assert not Hour.objects.exists()
    assert watch.course(NOON).silence == silence.Verdict(Kind.UNWATCHED, NOON - 2 * HOUR)


def test_the_course_breaks_where_hours_are_missing(db):
    for ago, online in ((5, 8), (4, 6), (1, 10), (0, 9)):
        Hour.objects.create(
            hour=NOON - ago * HOUR,
            looked_at=NOON - ago * HOUR,
            online=online,
            offline=10 - online,
            unknown=0,
            spoke=3,
        )

    course = watch.course(NOON)

    assert course.runs == (((162, 80.0), (163, 60.0)), ((166, 100.0), (167, 90.0)))
    assert (course.gaps, course.least) == (((0, 162), (164, 2)), 60.0)


def test_the_overview_says_who_is_quiet_and_links_there(db):
    viewer = scene.client()
    scene.device("bf01", "Hall sensor")
    unwatched = scene.text(viewer.get("/"))
    now = timezone.now()
    Hour.objects.create(
        hour=now.replace(minute=0, second=0, microsecond=0),
        looked_at=now,
        online=1,
        offline=0,
        unknown=0,
        spoke=40,
        quiet=[["bf01", "Hall sensor", (now - 3 * HOUR).isoformat(), 600]],
    )

    told = viewer.get("/")

    assert "No whole list was read yet." in unwatched
    assert "1 device says nothing for three times its longest usual gap" in scene.text(told)
    assert "Hall sensor · spoke 3 h ago , usually every 10 min" in scene.text(told)
    assert '<a href="/devices/bf01/">Hall sensor</a>' in told.content.decode()
