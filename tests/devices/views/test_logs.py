"""The log explorer: what it finds, what it shows, how it pages, and what it does with nonsense."""

import json
from datetime import timedelta

import psycopg
import pytest
import time_machine

from devices import explorer
from devices.models import LogEntry, Provenance
from devices.views import log_rows
from pages.hub import address
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        yield


def rows(response):
    """The lines of the table, as a person reads them."""
    return [
        f"{line.row.event_time:%H:%M:%S} {line.event} {line.was}>{line.text}"
        for line in response.context["lines"]
    ]


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    answers = [client.get("/logs/"), client.get("/logs/export.csv")]

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [
        (302, "/login/?next=/logs/"),
        (302, "/login/?next=/logs/export.csv"),
    ]


def test_values_are_read_by_the_products_specification_with_what_they_were_before():
    lamp = scene.device()
    scene.event(lamp, NOON - timedelta(minutes=9), code="switch_led", value=False)
    scene.event(lamp, NOON - timedelta(minutes=6), code="temp_current", value=223)
    scene.event(lamp, NOON - timedelta(minutes=3), code="switch_led", value=True)
    scene.event(lamp, NOON, event_id=2, source=None)

    answer = scene.client().get("/logs/")

    assert rows(answer) == [
        "12:00:00 offline >",
        "11:57:00 data point report OFF>ON",
        "11:54:00 data point report >22.3 °C",
        "11:51:00 data point report >OFF",
    ]


def test_an_earlier_value_is_the_same_whether_the_page_holds_it_or_not():
    lamp, other = scene.device(), scene.device("bf02")
    minute, day = timedelta(minutes=1), timedelta(days=1)
    told = ((5 * day, 1), (4 * day - minute, 2), (2 * minute, 3), (minute, 3), (minute, 4))
    for before, value in told:  # over a day apart; a minute apart; two of one millisecond
        scene.event(lamp, NOON - before, code="temp_current", value=value * 10)
    scene.event(other, NOON - minute / 2, code="temp_current", value=990)
    scene.event(lamp, code="temp_current", value=50)
    page = explorer.page(explorer.Wanted(NOON - 9 * day, NOON + day), 50).rows

    asked = [(one.text, one.was) for one in log_rows.lines(page, "en")]
    read = [(one.text, one.was) for one in log_rows.lines(page, "en", unbroken=True)]

    assert asked == read
    assert read == [
        *(("5.0 °C", "4.0 °C"), ("99.0 °C", ""), ("4.0 °C", "3.0 °C"), ("3.0 °C", "")),
        *(("3.0 °C", ""), ("2.0 °C", ""), ("1.0 °C", "")),
    ]


def test_numbers_that_the_vendor_invents_tomorrow_are_shown_with_their_number():
    scene.event(scene.device(), event_id=17, source=15)

    page = text(scene.client().get("/logs/?count=1"))

    assert page.count("unknown (17)") == 2  # in the facet and in the row
    assert page.count("unknown (15)") == 2


def test_every_filter_narrows_alone_and_with_the_others():
    lamp, plug = scene.device(), scene.device("bf02", "Plug", product=scene.product("plug"))
    scene.event(lamp, code="switch_led", value=True, source=2)
    scene.event(lamp, NOON - timedelta(minutes=1), event_id=1, source=None, by=Provenance.POLL)
    scene.event(plug, NOON - timedelta(minutes=2), code="switch_1", value=True, source=1)
    browser = scene.client()

    def found(query):
        lines = browser.get(f"/logs/?{query}").context["lines"]
        return [(line.device.device_id, line.row.event_id, line.row.code) for line in lines]

    switch, online, other = ("bf01", 7, "switch_led"), ("bf01", 1, ""), ("bf02", 7, "switch_1")
    assert found("") == [switch, online, other]
    assert found("event=1") == [online]
    assert found("event=1,7&source=2") == [switch]
    assert found("source=none") == [online]
    assert found("provenance=poll") == [online]
    assert found("provenance=1") == [switch, other]
    assert found("code=switch_1") == [other]
    assert found("code=switch_1&code=switch_led") == [switch, other]
    assert found("device=bf02") == [other]
    assert found("device=lug") == [other]
    assert found("product=lamp&event=7") == [switch]
    assert found("product=plug&device=lug") == [other]
    assert found("product=lamp&device=lug") == []
    assert found("product=nobody") == []
    assert found("start=2026-11-21T11:58:30&end=2026-11-21T12:00:00") == [online]
    assert found("end=2026-11-21T13:58:30%2B02:00") == [other]


def test_pages_go_both_ways_and_lose_no_row_of_one_millisecond():
    lamp = scene.device()
    for number in range(60):
        scene.event(lamp, code=f"c{number:02}", value=number)  # all in the same millisecond
    browser = scene.client()

    def codes(answer):
        return [line.row.code for line in answer.context["lines"]]

    first = browser.get("/logs/?size=25")
    second = browser.get(f"/logs/?size=25&before={first.context['older']}")
    third = browser.get(f"/logs/?size=25&before={second.context['older']}")
    back = browser.get(f"/logs/?size=25&after={third.context['newer']}")

    walked = codes(first) + codes(second) + codes(third)
    assert (len(walked), sorted(walked)) == (60, [f"c{number:02}" for number in range(60)])
    assert codes(back) == codes(second)
    assert (first.context["newer"], third.context["older"]) == (None, None)


def test_a_jump_shows_what_is_older_and_leads_back_to_what_is_newer():
    lamp = scene.device()
    for minute in range(4):
        scene.event(lamp, NOON - timedelta(minutes=minute), event_id=1 + minute % 2)
    browser = scene.client()

    jumped = browser.get("/logs/?at=2026-11-21T11:58:30")
    newer = browser.get(f"/logs/?after={jumped.context['newer']}")

    assert rows(jumped) == ["11:58:00 online >", "11:57:00 offline >"]
    assert rows(newer) == ["12:00:00 online >", "11:59:00 offline >"]


def test_a_jump_to_a_minute_shows_all_of_that_minute():
    lamp = scene.device()
    scene.event(lamp, NOON + timedelta(seconds=59), event_id=1)
    scene.event(lamp, NOON + timedelta(seconds=60), event_id=2)
    browser = scene.client()

    of_the_fleet = browser.get("/logs/?at=2026-11-21T12:00")
    of_the_device = browser.get("/devices/bf01/events/?at=2026-11-21T12:00")

    assert rows(of_the_fleet) == ["12:00:59 online >"]
    assert [line.row.event_id for line in of_the_device.context["lines"]] == [1]


def test_a_jump_beyond_the_range_widens_it_and_still_leads_back_to_now():
    lamp = scene.device()
    scene.event(lamp, NOON - timedelta(days=9), event_id=9)
    scene.event(lamp, NOON, event_id=1)
    browser = scene.client()

    jumped = browser.get("/logs/?device=bf01&at=2026-11-12T12:00:01", follow=True)
    newer = browser.get(
        f"/logs/?device=bf01&start=2026-11-11T12:00&after={jumped.context['newer']}"
    )

    assert jumped.redirect_chain == [
        ("/logs/?device=bf01&at=2026-11-12T12%3A00%3A01&start=2026-11-11T12%3A00%3A01", 302)
    ]
    assert rows(jumped) == ["12:00:00 restart >"]
    assert rows(newer) == ["12:00:00 online >"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start=yesterday", "From: Write a time as 2026-11-21T12:03 (UTC) or with its own zone."),
        ("start=2026-13-99T00:00", "From: Write a time as 2026-11-21T12:03 (UTC)"),
        ("start=0001-01-01T00:00%2B10:00", "From: Write a time as 2026-11-21T12:03 (UTC)"),
        ("start=2026-11-21T12:00&end=2026-11-21T12:00", "To: The range ends before it starts."),
        ("event=foo", "Event: “foo” is no number that can stand here."),
        ("event=99999999999999999999", "is no number that can stand here."),
        ("source=1,,x", "Source: “x” is no number that can stand here."),
        ("range=9y", "Range: Select a valid choice. 9y is not one of the available choices."),
        ("code=" + "x" * 65, "Code: A code has at most 64 plain characters."),
        ("code=%00", "Code: A code has at most 64 plain characters."),
        ("device=%00", "Device: Null characters are not allowed."),
        ("before=nowhere", "This link's place in the log cannot be read; start anew."),
        ("after=2026-11-21T12:00:00.000000~99999999999", "cannot be read; start anew."),
    ],
)
def test_nonsense_in_the_address_becomes_a_sentence(query, words):
    answer = scene.client().get(f"/logs/?{query}")

    assert answer.status_code == 400
    assert words in text(answer)


def test_a_range_that_touches_what_was_not_read_says_so_for_the_chosen_device():
    lamp = scene.device()
    hour = timedelta(hours=1)
    scene.proven(
        lamp,
        (NOON - 30 * hour, NOON - 9 * hour),
        (NOON - 6 * hour, NOON - hour),
        lost=[(NOON - 9 * hour, NOON - 8 * hour, "too late")],
    )
    scene.event(lamp, event_id=1)

    page = text(scene.client().get("/logs/?device=bf01"))

    assert "Not read yet: 2026-11-21 04:00:00 – 2026-11-21 06:00:00" in page
    assert "Lost for good: 2026-11-21 03:00:00 – 2026-11-21 04:00:00 (too late)" in page
    assert "own log is read up to 2026-11-21 11:00:00" in page
    assert "Not read yet" not in text(scene.client().get("/logs/"))


def test_what_we_asked_for_is_marked_as_ours():
    browser = scene.client(Role.MANAGER)
    asked = scene.operation(browser.user, "confirmed", at=NOON - timedelta(minutes=5))
    wiped = asked.items.get().device
    other = scene.device()
    scene.event(wiped, event_id=4, source=4)
    scene.event(other, NOON - timedelta(minutes=1), event_id=4, source=6)

    answer = browser.get("/logs/")

    lines = answer.context["lines"]
    assert [line.operation for line in lines] == [asked.pk, None, None]
    assert {line.event for line in lines[1:]} == {"reset", "reset in the app by its owner"}
    assert "ours #" in text(answer)
    assert text(answer).count("not ours") == 1
    assert f'href="/operations/{asked.pk}/"' in answer.content.decode()


def test_our_own_rename_shows_both_names_and_its_operation():
    browser = scene.client()
    asked = scene.operation(browser.user, kind="rename")
    told = {"from": "Old", "to": "New", "operation": asked.pk}
    scene.event(scene.device(), event_id=-1, value=told, source=None, by=Provenance.INFERRED)

    answer = browser.get("/logs/")

    assert rows(answer) == ["12:00:00 renamed Old>New"]
    assert answer.context["lines"][0].operation == asked.pk


def test_a_text_that_fits_too_many_devices_is_searched_in_part_and_says_so():
    scene.devices(201)

    pages = [text(scene.client().get(f"/logs/?device={name}")) for name in ("Lamp", "Lamp 1")]

    told = "More than 200 devices match this text"
    assert [told in page for page in pages] == [True, False]


def test_a_value_that_breaks_its_promise_is_kept_and_flagged():
    scene.event(scene.device(), code="temp_current", value=9000)

    answer = scene.client().get("/logs/")

    line = answer.context["lines"][0]
    assert (line.reading.valid, line.reading.raw) == (False, 9000)
    assert "invalid" in text(answer)


def test_markup_in_names_and_values_stays_text():
    lamp = scene.device(name="<script>alert(1)</script>")
    scene.event(lamp, code="note", value="<b>x</b>")

    page = scene.client().get("/logs/").content.decode()

    assert "<script>alert(1)" not in page
    assert "<b>x</b>" not in page


def test_the_local_key_is_nowhere_on_the_page():
    lamp = scene.device(local_key="0123456789abcdef")
    scene.event(lamp, code="switch_led", value=True)

    page = scene.client().get("/logs/?device=bf01").content.decode()

    assert "0123456789abcdef" not in page


def test_the_open_page_asks_for_its_table_only():
    scene.event(scene.device(), event_id=1)

    answer = scene.client().get("/logs/", headers={"HX-Request": "true", "HX-Target": "log-table"})

    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="log-table" data-live="logs devices"')
    assert "<html" not in page


def test_a_page_of_the_past_does_not_follow_the_present():
    scene.event(scene.device(), event_id=1)

    page = scene.client().get("/logs/?at=2026-11-21T12:00:01").content.decode()

    assert 'data-live="logs' not in page


@pytest.mark.parametrize("count", [1, 50])
def test_fifty_rows_cost_the_queries_of_one(count, django_assert_num_queries):
    browser = scene.client()
    asked = scene.operation(browser.user, "confirmed", at=NOON - timedelta(minutes=5))
    for number in range(count):
        lamp = scene.device(f"bf{number}", product=scene.product(f"p{number}"))
        scene.event(lamp, code="switch_led", value=True)
        scene.event(lamp, NOON - timedelta(minutes=1), event_id=4)

    # session, user with rights, products to choose from, kept views, savepoint,
    # statement_timeout, rows, their devices, their products, earlier values, our operations,
    # release, whether the account is parked
    with django_assert_num_queries(13):
        answer = browser.get("/logs/?size=250")

    assert (len(answer.context["lines"]), asked.pk) == (3 * count, asked.pk)


@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_too_long_is_ended_and_said_so(monkeypatch):
    monkeypatch.setattr(explorer, "PATIENCE_MS", 50)
    browser = scene.client()
    with psycopg.connect(**address()) as other:
        other.execute("LOCK TABLE devices_logentry IN ACCESS EXCLUSIVE MODE")

        answer = browser.get("/logs/")

    assert "This takes too long to read. Narrow the time range or name a device." in text(answer)


def test_a_row_shows_all_that_is_kept_of_it():
    scene.event(scene.device(), code="temp_current", value=223, raw="223.0")

    line = scene.client().get("/logs/").context["lines"][0]

    assert json.loads(line.raw) == {
        "device_id": "bf01",
        "event_time": "2026-11-21T12:00:00.000+00:00",
        "received_at": "2026-11-21T12:00:01.000+00:00",
        "not_before": None,
        "event_id": 7,
        "source_id": 1,
        "provenance": "log",
        "code": "temp_current",
        "value": 223,
        "raw": "223.0",
    }
    assert LogEntry.objects.count() == 1


def test_a_device_that_nobody_knows_is_said_to_be_unknown():
    scene.event(scene.device(), event_id=1)

    answer = scene.client().get("/logs/?device=nobody")

    assert (answer.status_code, answer.context["lines"]) == (200, [])
    assert "No device by that name or id" in text(answer)
