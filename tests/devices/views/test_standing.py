"""How much of a device's history is proven, drawn for one stretch as for many."""

from datetime import timedelta

import pytest

from devices.history import milliseconds
from devices.models import Coverage, Device
from devices.views import standing
from tests.devices.views.scene import NOON

DAY = timedelta(days=1)
NOTHING_LOST = [[0, 0, "an empty stretch"]]  # read as many stretches are


@pytest.mark.parametrize(
    ("proven", "since", "percent"),
    [
        ((-9, 0), -9, "100"),
        ((-7, -3.5), -9, "50"),
        ((-3.5, 0), -9, "50"),
        ((-2, -1), -2, "50"),
        ((-9, -8), -9, "0"),
        ((-2, -1), -0.5, "66.66"),  # proven before Fleet answers for it: it counts
        ((1, 2), -9, "0"),
        ((-2, 2), 1, "100"),
    ],
)
def test_one_proven_stretch_is_shown_as_several_would_be(proven, since, percent):
    shown = []
    for lost in ([], NOTHING_LOST):
        stretch = [milliseconds(NOON + DAY * end) for end in proven]
        device = Device(device_id="bf1")
        device.let_go_before = None
        device.coverage = Coverage(since=NOON + DAY * since, complete=[stretch], lost=lost)
        shown.append(standing.ribbon(device, NOON))

    assert [one.percent for one in shown] == [percent, percent]
    assert shown[0] == shown[1]
