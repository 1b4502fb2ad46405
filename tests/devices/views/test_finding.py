"""What the palette asks: devices by a part of their name or id."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices import finding
from tests.devices.views import scene


def test_an_outsider_is_led_to_sign_in_and_somebody_without_a_role_is_refused(db):
    assert Client().get("/find/?q=lamp").status_code == 302
    assert scene.client(None).get("/find/?q=lamp").status_code == 403


def test_a_part_of_the_name_finds_and_is_told_as_the_list_tells_it(db):
    scene.device("bf01", "Desk lamp", online=False)
    scene.device("bf02", "Kitchen plug")

    answer = scene.client().get("/find/?q=ESK  la")

    assert answer.json() == {
        "devices": [
            {
                "address": "/devices/bf01/",
                "name": "Desk lamp",
                "about": "Light · bf01",
                "state": "Offline",
                "tone": "quiet",
                "icon": "bulb",
            }
        ]
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("bf0", ["a", "b%", "c_"]),
        ("%", ["b%"]),
        ("_", ["c_"]),
        ("AA:BB:01", ["a"]),
        ("", []),
        ("\0", []),
        ("nobody", []),
    ],
)
def test_ids_and_marks_find_too_and_signs_mean_themselves(db, words, found):
    scene.device("bf01", "a", mac="AA:BB:01")
    scene.device("bf02", "b%")
    scene.device("bf03", "c_")
    scene.device("bf04", "gone", state="removed")

    assert [device.name for device in finding.find(words)] == found


def test_one_query_finds_at_most_twenty(db):
    scene.devices(30)

    with CaptureQueriesContext(connection) as queries:
        found = finding.find("lamp")

    assert (len(found), len(queries)) == (20, 1)


def test_names_that_begin_so_come_first_and_others_that_hold_it_follow_by_name(db):
    for number, name in enumerate(("Zen lamp", "厅灯", "餐厅", "Lamp b", "lamp a", "A lamp")):
        scene.device(f"bf{number}", name)

    found = {words: [one.name for one in finding.find(words)] for words in ("lamp", "L", "厅")}

    assert found == {
        "lamp": ["Lamp b", "lamp a", "A lamp", "Zen lamp"],
        "L": ["Lamp b", "lamp a", "A lamp", "Zen lamp"],
        "厅": ["厅灯", "餐厅"],
    }
