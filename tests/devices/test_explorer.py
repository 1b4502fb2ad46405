"""What the log explorer counts: all of it where that is quick, else honestly less."""

from datetime import timedelta

import pytest

from devices import explorer
from devices.explorer import Wanted
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lamp():
    lamp = scene.device("bf1")
    for ago in range(1, 7):
        scene.event(lamp, NOON - ago * MINUTE, 7, "switch_1" if ago % 2 else "mode", ago)
    scene.event(lamp, NOON - 7 * MINUTE, 1, "", None)
    return lamp


@pytest.mark.parametrize(
    ("choice", "total", "counted_from"),
    [
        ({}, 7, None),
        ({"codes": ("switch_1",)}, 2, NOON - 4 * MINUTE),
        ({"codes": ("switch_1",), "events": (7,)}, 2, NOON - 4 * MINUTE),
        ({"events": (1,)}, 1, None),
        ({"events": (1,), "provenances": (1,)}, 1, None),
    ],
)
def test_a_rare_choice_is_counted_among_the_newest_rows_and_says_since_when(
    lamp, monkeypatch, choice, total, counted_from
):
    monkeypatch.setattr(explorer, "MOST_LOOKED_AT", 3)

    drawn = explorer.histogram(Wanted(NOON - 60 * MINUTE, NOON, **choice))

    assert (drawn.total, drawn.counted_from) == (total, counted_from)


def test_one_devices_rows_are_all_counted(lamp, monkeypatch):
    monkeypatch.setattr(explorer, "MOST_LOOKED_AT", 3)
    chosen = Wanted(NOON - 60 * MINUTE, NOON, codes=("switch_1",), devices=(lamp.pk,))

    drawn = explorer.histogram(chosen)

    assert (drawn.total, drawn.counted_from) == (3, None)


@pytest.mark.parametrize("given", [{}, {"not_codes": ("mode",)}, {"codes": ("mode",)}])
def test_what_is_counted_in_one_reading_is_what_two_readings_count(lamp, given):
    wanted = Wanted(NOON - 60 * MINUTE, NOON, devices=(lamp.pk,), **given)

    counted = explorer.overview(wanted, explorer.reach(wanted))

    assert counted == (explorer.histogram(wanted), *explorer.facets(wanted))
    assert counted[0].total == {"": 7, "not_codes": 4, "codes": 3}[next(iter(given), "")]
