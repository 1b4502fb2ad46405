"""What the search line of the device list suggests."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices import filters
from devices.views import suggesting
from tests.devices.views import scene


@pytest.fixture
def fleet(db):
    scene.device("gw", "Hall gateway", category="wg2", tags=["lab"])
    scene.device("a", sub=True, gateway_id="gw", tags=["lab", "lamp room"])
    return scene.client()


def told(viewer, part):
    answer = viewer.get("/devices/suggestions.json", {"part": part}).json()
    return [(one["text"], one["words"], one["open"]) for one in answer["suggestions"]]


def test_every_key_of_the_line_has_its_meaning():
    assert set(suggesting.MEANINGS) == set(filters.KEYS)


@pytest.mark.parametrize(
    ("part", "suggested"),
    [
        ("se", [("seen:", "last event, younger or older than", True)]),
        ("seen:<", [("seen:<1h", "in the last hour", False),
                    ("seen:<24h", "in the last day", False)]),
        ("category:lig", [("category:dj", "light · 1", False)]),
        ("tag:la", [("tag:lab", "2", False), ('tag:"lamp room"', "1", False)]),
        ("gateway:hall", [("gateway:gw", "Hall gateway", False)]),
        ("dp:swi", [("dp:switch_led=", "Switch", True)]),
        ("dp:switch_led=f", [("dp:switch_led=false", "Switch", False)]),
        ("nothing:", []),
        ("product:\0%", []),
    ],
)  # fmt: skip
def test_a_word_becomes_a_whole_token(fleet, part, suggested):
    assert told(fleet, part) == suggested


def test_a_suggestion_asks_one_thing_besides_who_asks(fleet):
    with CaptureQueriesContext(connection) as queries:
        told(fleet, "tag:l")

    # session, user with rights, tags
    assert len(queries) == 3, "\n".join(one["sql"][:150] for one in queries)


def test_a_stranger_is_suggested_nothing(db):
    assert Client().get("/devices/suggestions.json?part=tag:").status_code == 302
