"""One data point's past, as charts and REST read it from the rows."""

from datetime import timedelta

import pytest

from devices import history
from devices.series import Point
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lamp():
    """Its rows lie on disk in another order than they happened in, as late harvests leave them."""
    lamp = scene.device("bf1")
    for ago, value in ((1, 210), (4, None), (2, 215), (3, 205), (5, 200)):
        scene.event(lamp, NOON - ago * MINUTE, 7, "temp_current", value, raw=f"{value} ")
    scene.event(scene.device("bf2"), NOON - 2 * MINUTE, 7, "temp_current", 300)
    return lamp


def past_of(lamp, **given):
    wanted = {"start": NOON - 5 * MINUTE, "end": NOON, "limit": 10, "now": NOON}
    return history.read(lamp, "temp_current", **wanted | given)


def at(ago):
    return history.milliseconds(NOON - ago * MINUTE)


def test_values_are_read_in_the_order_in_which_they_happened(lamp):
    past = past_of(lamp)

    drawn = past.series
    assert drawn.points == (
        *(Point(at(5), 20.0), Point(at(3), 20.5)),
        *(Point(at(2), 21.5), Point(at(1), 21.0)),
    )
    assert (drawn.kind, drawn.left_out, past.rows, past.cut) == ("line", 1, 5, False)


def test_of_more_rows_than_a_drawing_reads_the_newest_stay_and_it_says_so(lamp, monkeypatch):
    monkeypatch.setattr(history, "MOST_ROWS", 2)

    past = past_of(lamp)

    assert past.series.points == (Point(at(2), 21.5), Point(at(1), 21.0))
    assert (past.rows, past.cut) == (2, True)


def test_of_a_stretch_without_rows_nothing_is_drawn(lamp):
    past = past_of(lamp, start=NOON - 9 * MINUTE, end=NOON - 6 * MINUTE)

    assert (past.series.points, past.rows, past.cut) == ((), 0, False)
