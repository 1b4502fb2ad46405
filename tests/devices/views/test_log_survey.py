"""What the log explorer counts: the histogram and the facets, asked for after the rows."""

from datetime import timedelta

import pytest
import time_machine

from tests.devices.views import scene
from tests.devices.views.scene import NOON

COUNTED = {"HX-Request": "true", "HX-Target": "log-survey"}  # what an open page asks for next

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        yield


def test_the_histogram_and_the_facets_count_what_is_shown():
    lamp = scene.device()
    for minute in (0, 1, 30):
        scene.event(lamp, NOON - timedelta(minutes=minute), code="switch_led", value=minute == 1)
    scene.event(lamp, NOON - timedelta(minutes=30), event_id=1, source=None)

    answer = scene.client().get("/logs/?range=1h&event=7", headers=COUNTED)

    drawn = answer.context["histogram"]
    counted = [(bar.start.strftime("%H:%M"), bar.count) for bar in drawn.bars if bar.count]
    assert (drawn.total, counted) == (3, [("11:30", 1), ("11:59", 1), ("12:00", 1)])
    facets = {
        one.name: [(c.words, c.count, c.chosen) for c in one.choices]
        for one in answer.context["facets"]
    }
    assert facets == {
        "event": [("data point report", 3, True), ("online", 1, False)],
        "source": [("device itself", 3, False)],
        "provenance": [("log", 3, False)],
        "code": [("switch_led", 3, False)],
    }


def test_a_facet_of_the_others_leads_to_their_address_and_back():
    scene.event(scene.device(), code="switch_led", value=True)

    chosen = scene.client().get("/logs/?event=7&before=x~1~1~1~").context
    answer = scene.client().get("/logs/?event=7&size=25", headers=COUNTED)

    addresses = {c.words: c.address for f in answer.context["facets"] for c in f.choices}
    assert "lines" not in chosen  # a broken place is refused, not ignored
    assert addresses == {
        "data point report": "?size=25",
        "device itself": "?event=7&size=25&source=1",
        "log": "?event=7&size=25&provenance=1",
        "switch_led": "?event=7&size=25&code=switch_led",
    }


def test_the_rows_do_not_wait_for_what_is_counted_and_without_scripts_a_link_counts():
    scene.event(scene.device(), event_id=1)
    browser = scene.client()

    first = browser.get("/logs/?range=1h").content.decode()
    part = browser.get("/logs/?range=1h", headers=COUNTED).content.decode()
    whole = browser.get("/logs/?range=1h&count=1").content.decode()

    asks = 'id="log-survey" class="fleet-card explorer-histogram" hx-get="/logs/?range=1h"'
    signs = ('href="?range=1h&amp;count=1"', asks, "explorer-time", "<html", "explorer-bar")
    facets = ('<div id="log-facets" hx-swap-oob="true">', 'href="?range=1h&amp;event=1"')
    held = [[sign in page for sign in (*signs, *facets)] for page in (first, part, whole)]
    assert held == [
        [True, True, True, True, False, False, False],
        [False, False, False, False, True, True, True],
        [False, False, True, True, True, False, False],
    ]
