"""What narrows the log explorer besides its filters: changes only, hidden codes, folds."""

from datetime import timedelta

import pytest
import time_machine

from devices import explorer
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.devices.views.streams import streamed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        yield


@pytest.fixture
def lamp():
    """Its switch says on twice, then off; its temperature the same twice; it went online."""
    made = scene.device()
    told = [("switch_led", True), ("switch_led", True), ("temp_current", 20), ("switch_led", False),
            ("temp_current", 20)]  # fmt: skip
    for place, (code, value) in enumerate(told):
        scene.event(made, NOON - timedelta(minutes=10 - place), code=code, value=value)
    scene.event(made, NOON, event_id=1)
    return made


CHANGES = [
    (1, "", None),
    (7, "switch_led", False),
    (7, "temp_current", 20),
    (7, "switch_led", True),
]


def test_only_changes_leaves_out_what_says_the_same_again(lamp):
    browser = scene.client()

    page = browser.get("/logs/?changes=1").context["lines"]
    _answer, file = streamed(browser, "/logs/export.csv?changes=1")

    assert [(one.row.event_id, one.row.code, one.row.value) for one in page] == CHANGES
    assert len(file.decode().splitlines()) == 1 + len(CHANGES)


def test_changes_are_walked_page_by_page_without_loss(lamp):
    other = scene.device("bf02")
    for place in range(60):
        scene.event(other, NOON - timedelta(seconds=place), code="switch_led", value=place % 4 < 2)

    browser, found, query = scene.client(), [], "/logs/?changes=1&size=25&device=bf02"
    while query:
        answer = browser.get(query)
        found += [one.key for one in answer.context["lines"]]
        older = answer.context["older"]
        query = older and f"/logs/?changes=1&size=25&device=bf02&before={older}"

    assert len(found) == len(set(found)) == 30


def test_a_hidden_code_is_neither_shown_nor_counted_and_comes_back_by_its_chip(lamp):
    answer = scene.client().get("/logs/?not_code=temp_current&event=7&count=1")

    assert {one.row.code for one in answer.context["lines"]} == {"switch_led"}
    assert answer.context["histogram"].total == 3
    assert answer.context["hidden_codes"] == [("temp_current", "?event=7&count=1")]


def test_flapping_is_one_row_that_holds_the_others():
    lamp = scene.device()
    for place in range(6):
        scene.event(lamp, NOON - timedelta(seconds=place), code="switch_led", value=place % 2 == 0)

    answer = scene.client().get("/logs/?fold=1")
    plain = scene.client(name="other").get("/logs/")

    assert [(one.count, one.first) for one in answer.context["folds"]] == [
        (6, NOON - timedelta(seconds=5))
    ]
    assert [one.count for one in plain.context["folds"]] == [1] * 6
    page = answer.content.decode()
    assert page.count('data-inside="1" class="explorer-inside" hidden') == 5


def test_what_is_rare_is_answered_at_once_and_looked_for_further_back_by_a_second_question(
    monkeypatch,
):
    monkeypatch.setattr(explorer, "MOST_COUNTED", 3)
    lamp = scene.device()
    for ago in range(1, 7):
        code = "rare" if ago in {2, 6} else "switch_led"
        scene.event(lamp, NOON - timedelta(minutes=ago), code=code, value=ago)
    client = scene.client()

    near = client.get("/logs/?code=rare").content.decode()
    far = client.get("/logs/?code=rare&deep=1").content.decode()

    further = 'hx-get="/logs/?code=rare&amp;deep=1" hx-trigger="load" hx-target="#log-table"'
    assert [(page.count("<pre>"), further in page) for page in (near, far)] == [
        (1, True),
        (2, False),
    ]
