"""A list that shows nothing says why: nothing yet, or nothing that fits."""

import pytest

from tests.devices.views import scene


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/delivery/", "No property fits. Once devices report values"),
        ("/delivery/?lane=quarantine", "Nothing fits. Clear the filters"),
        ("/delivery/?show=reports", "Nothing was sent"),
        ("/delivery/?show=reports&outcome=failed", "Nothing fits. Clear the filters"),
        ("/devices/", "No devices yet"),
        ("/devices/?q=online:true", "No device matches"),
        ("/operations/?show=waiting", "Nothing waits for you"),
    ],
)
def test_an_empty_list_says_which_kind_of_empty_it_is(db, address, words):
    assert words in scene.text(scene.client().get(address))
