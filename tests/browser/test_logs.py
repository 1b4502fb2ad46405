"""The log explorer in a real browser: it follows the fleet, opens rows, narrows and zooms."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from devices import exporting
from devices.events import Event, millis, store
from devices.models import Provenance
from pages import live
from people.roles import Role
from tests.devices.views import scene


def report(of, value, *, ago=timedelta(0), code="switch_led"):
    """A device reports, and the worker that writes it down tells the open pages."""
    now = timezone.now()
    with transaction.atomic():
        store([Event(of.pk, millis(now - ago), 7, Provenance.LOG, code, value, source_id=1)], now)
        live.announce("logs", [of.device_id])


@pytest.fixture
def lamp(transactional_db):
    return scene.device(name="Desk lamp")


def test_a_new_event_appears_without_a_reload(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=False, ago=timedelta(minutes=1))
    page.goto(f"{asgi_url}/logs/")
    expect(page.locator("html[data-live-open]")).to_be_attached()
    page.evaluate("window.stillHere = true")

    with page.expect_request(lambda one: "hx-target" in one.headers) as asked:
        page.title()  # the driver hears what it waits for with the next thing it is asked
        report(lamp, value=True)

    first = page.locator("#log-table tbody tr").first
    expect(first).to_contain_text("ON")
    expect(first).to_contain_text("OFF")
    assert page.evaluate("window.stillHere")
    assert re.fullmatch(r"[0-9a-f]{8}\.\d+", asked.value.headers["x-fleet-mark"])


def test_rows_under_the_pointer_wait_behind_a_pill(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=False, ago=timedelta(minutes=1))
    page.goto(f"{asgi_url}/logs/")
    expect(page.locator("html[data-live-open]")).to_be_attached()
    rows = page.locator("#log-table tbody tr:not(.explorer-detail)")
    rows.first.hover()

    report(lamp, value=True)

    pill = page.locator("[data-live-pill]")
    expect(pill).to_be_visible()
    expect(rows).to_have_count(1)
    pill.click()
    expect(rows).to_have_count(2)


def test_a_row_opens_to_all_that_is_kept(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=True)
    page.goto(f"{asgi_url}/logs/")
    button = page.get_by_role("button", name="Details")

    button.click()

    expect(page.locator(".explorer-detail pre")).to_contain_text('"provenance": "log"')
    expect(button).to_have_attribute("aria-expanded", "true")


def test_what_is_shown_is_exported_followed_live_and_downloaded(
    page, asgi_url, sign_in, lamp, settings, tmp_path
):
    settings.FLEET_DATA = tmp_path
    sign_in(Role.VIEWER)
    report(lamp, value=True, ago=timedelta(minutes=1))
    page.goto(f"{asgi_url}/logs/?device=bf01")
    page.get_by_role("button", name="Export…").click()
    page.get_by_role("button", name="NDJSON (gzip)").click()
    row = page.locator("#export-table tbody tr")
    expect(row).to_contain_text("Waiting")
    expect(page.locator("html[data-live-open]")).to_be_attached()

    exporting.write_due(timezone.now)

    expect(row).to_contain_text("1 row")  # without a reload
    with page.expect_download() as taken:
        row.get_by_role("link", name="Download").click()
    line = json.loads(gzip.decompress(taken.value.path().read_bytes()))
    assert (line["device_id"], line["value"]) == ("bf01", True)


def test_facets_and_columns_narrow_by_address_alone(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=True, ago=timedelta(hours=5))
    report(lamp, value=223, code="temp_current")
    page.goto(f"{asgi_url}/logs/")
    rows = page.locator("#log-table tbody tr:not(.explorer-detail)")
    expect(rows).to_have_count(2)

    page.get_by_role("link", name="temp_current 1").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("22.3 °C")
    page.go_back()
    expect(rows).to_have_count(2)
    page.locator(".explorer-histogram a:has(.explorer-bar)").first.click()

    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("ON")
    assert "start=" in page.url


def test_the_filter_form_keeps_what_the_facets_chose(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=True)
    page.goto(f"{asgi_url}/logs/?event=7&range=7d")

    page.get_by_label("Device", exact=True).fill("Desk")
    page.get_by_role("button", name="Apply").click()

    page.wait_for_url("**device=Desk**")
    assert page.url == f"{asgi_url}/logs/?range=7d&event=7&device=Desk"


def test_on_a_phone_nothing_is_wider_than_the_screen(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=True)
    page.set_viewport_size({"width": 360, "height": 780})

    page.goto(f"{asgi_url}/logs/")

    expect(page.locator("#log-table tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_live_tail_rests_while_paused_and_counts_what_waits(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=False, ago=timedelta(minutes=1))
    page.goto(f"{asgi_url}/logs/")
    expect(page.locator("html[data-live-open]")).to_be_attached()
    rows = page.locator("#log-table tbody tr:not(.explorer-detail)")
    page.get_by_role("button", name="Pause").click()

    report(lamp, value=True)

    expect(page.locator("[data-live-pill]")).to_be_visible()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Follow again").click()
    expect(rows).to_have_count(2)


def test_dragging_over_the_columns_asks_for_their_time(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    report(lamp, value=True, ago=timedelta(minutes=5))
    page.goto(f"{asgi_url}/logs/?range=24h")
    columns = page.locator("[data-brush] a")
    first, last = columns.nth(10), columns.nth(20)
    meant = (first.get_attribute("data-start"), last.get_attribute("data-end"))
    left, right = first.bounding_box(), last.bounding_box()

    page.mouse.move(left["x"] + 2, left["y"] + 30)
    page.mouse.down()
    page.mouse.move(right["x"] + 2, right["y"] + 30, steps=4)
    page.mouse.up()

    start, end = (
        datetime.fromtimestamp(int(one), UTC).strftime("%Y-%m-%dT%H:%M:%S") for one in meant
    )
    expect(page).to_have_url(re.compile(re.escape(urlencode({"start": start, "end": end}))))


def test_a_fold_opens_and_closes(page, asgi_url, sign_in, lamp):
    sign_in(Role.VIEWER)
    for second in range(5):
        report(lamp, value=second % 2 == 0, ago=timedelta(minutes=5, seconds=second))
    page.goto(f"{asgi_url}/logs/?fold=1")
    seen = page.locator("#log-table tbody tr:not(.explorer-detail):visible")
    expect(seen).to_have_count(1)

    page.get_by_role("button", name="×5").click()
    expect(seen).to_have_count(5)
    page.get_by_role("button", name="×5").click()

    expect(seen).to_have_count(1)
