"""What the log explorer counts: all of it where that is quick, else honestly less."""

from datetime import timedelta

import pytest

from devices import explorer, survey
from devices.explorer import Wanted
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
FOURTH = (
    NOON - 4 * MINUTE
)  # newest row but three: one more than is counted tells that there is more


@pytest.fixture
def lamp(monkeypatch):
    monkeypatch.setattr(explorer, "MOST_COUNTED", 3)
    lamp = scene.device("bf1")
    for ago in range(1, 7):
        scene.event(lamp, NOON - ago * MINUTE, 7, "switch_1" if ago % 2 else "mode", ago)
    scene.event(lamp, NOON - 7 * MINUTE, 1, "", None)
    return lamp


def counted(**choice):
    found = survey.of(Wanted(NOON - 60 * MINUTE, NOON, **choice))
    return found.histogram.total, found.histogram.counted_from, found.looked_to


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({}, (3, FOURTH, None)),
        ({"codes": ("switch_1",)}, (2, FOURTH, FOURTH)),
        ({"codes": ("switch_1",), "events": (7,)}, (2, FOURTH, FOURTH)),
        ({"not_codes": ("mode",)}, (2, FOURTH, FOURTH)),
        ({"events": (1,)}, (1, None, None)),
        ({"events": (1,), "provenances": (1,)}, (1, None, None)),
        ({"events": (1,), "codes": ("switch_1",)}, (0, None, None)),
    ],
)
def test_a_rare_choice_is_counted_among_the_newest_rows_and_says_since_when(lamp, choice, told):
    assert counted(**choice) == told


def test_one_devices_rows_are_counted_beyond_the_newest_of_all(lamp):
    assert counted(codes=("switch_1",), devices=(lamp.pk,)) == (3, None, None)


def test_of_no_device_nothing_is_counted(lamp):
    assert counted(devices=()) == (0, None, None)


def test_each_facet_is_counted_under_the_choices_of_the_others(lamp, monkeypatch):
    monkeypatch.setattr(explorer, "MOST_COUNTED", 100)

    found = survey.of(Wanted(NOON - 60 * MINUTE, NOON, codes=("mode",), sources=(None,)))

    assert found.facets == {
        "event_id": [],
        "source_id": [(1, 3), (None, 0)],
        "provenance": [],
        "code": [("mode", 0)],
    }
    assert (found.cut, found.looked_to, found.histogram.total) == (False, None, 0)


def test_the_columns_hold_each_row_once(lamp, monkeypatch):
    monkeypatch.setattr(explorer, "MOST_COUNTED", 100)

    drawn = survey.of(Wanted(NOON - 60 * MINUTE, NOON)).histogram

    assert [(bar.start, bar.count) for bar in drawn.bars if bar.count] == [
        (NOON - ago * MINUTE, 1) for ago in range(7, 0, -1)
    ]
    assert (drawn.total, drawn.counted_from, len(drawn.bars)) == (7, None, 60)
