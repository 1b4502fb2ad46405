"""Device list and device page in a real browser: they follow, and hold still under a hand."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Device
from pages import live
from people.roles import Role
from tests.browser.holding import Held
from tests.devices.views import scene

CHART_SCRIPT = re.compile(r"/fleet/chart[.\w]*\.js")

# Of a static file whose page was left before it came: the tests' file server forgets to close it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def opened(asgi_url, sign_in, page):
    """Open a page of Fleet and wait until it follows the fleet."""

    def at(path, role=Role.VIEWER):
        sign_in(role)
        page.goto(asgi_url + path)
        expect(page.locator("html")).to_have_attribute("data-live-open", "1")
        wait_for_listener(page)
        return page

    return at


def wait_for_listener(page):
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN fleet'")
            if cursor.fetchone()[0]:
                return
        page.wait_for_timeout(25)
    pytest.fail("the server does not listen")


def change(device_id, **values):
    """What a worker does: write, and say so, in one transaction."""
    with transaction.atomic():
        Device.objects.filter(device_id=device_id).update(**values)
        live.announce("devices", [device_id])


def test_an_open_list_shows_a_change_without_a_reload(opened, page):
    scene.device(status={"switch_led": False})
    opened("/devices/")
    expect(page.locator("#device-table")).to_contain_text("OFF")

    change("bf01", status={"switch_led": True})

    expect(page.locator("#device-table")).to_contain_text("ON")


def test_under_the_pointer_nothing_moves_until_the_person_wants_it(opened, page):
    scene.device("bf01", "B lamp")
    opened("/devices/")
    page.locator("tbody tr").first.hover()

    with transaction.atomic():
        scene.device("bf00", "A lamp")
        live.announce("devices", ["bf00"])
    pill = page.locator("[data-live-pill]")

    expect(pill).to_have_text("1 changes – show")
    expect(page.locator("tbody tr")).to_have_count(1)
    pill.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(pill).to_be_hidden()


def test_a_held_change_is_shown_when_the_pointer_leaves(opened, page):
    scene.device(name="Old name")
    opened("/devices/")
    page.locator("tbody tr").first.hover()
    change("bf01", name="New name")
    expect(page.locator("[data-live-pill]")).to_be_visible()

    page.mouse.move(400, 10)

    expect(page.locator("tbody tr")).to_contain_text("New name")


def test_an_answer_that_comes_late_does_not_take_a_selection_away(opened, page):
    scene.device()
    opened("/devices/", Role.MANAGER)
    answer = Held(page, "**/devices/")

    change("bf01", name="New name")
    answer.wait()
    page.get_by_label("Select this page").check()
    answer.let_go()

    expect(page.locator("[data-live-pill]")).to_be_visible()
    expect(page.locator("[data-select]")).to_be_checked()


def test_an_open_device_follows_its_own_changes_only(opened, page):
    scene.device("bf01", "Mine", status={"switch_led": False})
    scene.device("bf02", "Other")
    opened("/devices/bf01/")
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/devices/bf01/" in one.url else None)
    page.title()  # the driver hears of `on` with the next thing it is asked

    change("bf02", name="Changed")
    change("bf01", status={"switch_led": True})

    expect(page.locator(".fleet-value-text").first).to_contain_text("ON")
    assert len(asked) == 1


def test_a_selection_shows_the_bar_and_leads_to_an_order_for_exactly_those(opened, page):
    scene.devices(3)
    opened("/devices/", Role.MANAGER)
    bar = page.locator("[data-selection-bar]")
    expect(bar).to_be_hidden()

    page.get_by_label("Select Lamp 0").check()
    page.get_by_label("Select Lamp 2").check()
    expect(bar).to_contain_text("2 selected")
    page.get_by_role("button", name="Rename").click()

    expect(page).to_have_url(re.compile(r"/operations/new/\?"))
    assert re.findall(r"(all|device|kind)=(\w+)", page.url) == [
        ("kind", "rename"),
        ("device", "bf0000"),
        ("device", "bf0002"),
    ]


def test_escape_lets_the_selection_go(opened, page):
    scene.devices(2)
    opened("/devices/", Role.MANAGER)
    page.get_by_label("Select this page").check()
    expect(page.locator("[data-selection-bar]")).to_contain_text("2 selected")

    page.keyboard.press("Escape")

    expect(page.locator("[data-selection-bar]")).to_be_hidden()


@pytest.mark.parametrize(
    ("code", "values"),
    [("temp_current", (200, 215, 223)), ("switch_led", (True, False, True))],
)
def test_a_chart_is_drawn_and_tells_how_many_points(asgi_url, sign_in, page, code, values):
    device = scene.device(status={code: values[-1]})
    for place, value in enumerate(values):
        at = timezone.now() - timedelta(minutes=10 * (place + 1))
        scene.event(device, at, 7, code, value)

    sign_in()
    page.goto(f"{asgi_url}/devices/bf01/history/?code={code}&range=1h")

    expect(page.locator("[data-chart-foot]")).to_have_text("3 points")
    expect(page.locator("[data-chart-plot] canvas")).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.locator("[data-chart-table] tr")).to_have_count(3)


def test_the_chosen_range_is_in_the_address(asgi_url, sign_in, page):
    scene.device(status={"switch_led": True})
    sign_in()
    page.goto(f"{asgi_url}/devices/bf01/history/")

    page.get_by_role("link", name="7d").click()

    expect(page).to_have_url(re.compile(r"code=switch_led&range=7d|range=7d&code=switch_led"))
    expect(page.get_by_role("link", name="7d")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="24h")).not_to_have_attribute("aria-current", "true")


def test_a_range_chosen_before_the_script_ran_is_the_one_drawn(asgi_url, sign_in, page):
    scene.device(status={"switch_led": True})
    sign_in()
    page.route(CHART_SCRIPT, lambda route: route.abort())
    page.goto(f"{asgi_url}/devices/bf01/history/")
    page.get_by_role("link", name="7d").click()
    page.wait_for_url("**/history/?range=7d")

    page.unroute(CHART_SCRIPT)
    page.reload()

    expect(page.get_by_role("link", name="7d")).to_have_attribute("aria-current", "true")


def test_a_data_point_chosen_before_the_script_ran_is_the_one_drawn(asgi_url, sign_in, page):
    scene.device(status={"switch_led": True, "temp_current": 223})
    sign_in()
    script = Held(page, CHART_SCRIPT)
    page.goto(f"{asgi_url}/devices/bf01/history/?code=switch_led", wait_until="commit")
    page.get_by_label("Data point", exact=True).select_option("temp_current")

    script.let_go()

    expect(page).to_have_url(re.compile(r"[?&]code=temp_current(&|$)"))


def test_two_data_points_are_drawn_on_one_axis_and_narrowed_together(asgi_url, sign_in, page):
    device = scene.device(status={"switch_led": True, "temp_current": 223})
    with transaction.atomic():  # as the workers write
        for minutes in range(1, 50, 7):
            at = timezone.now() - timedelta(minutes=minutes)
            scene.event(device, at, 7, "temp_current", 200 + minutes)
            scene.event(device, at, 7, "switch_led", minutes % 2 == 0)
        scene.event(device, timezone.now() - timedelta(minutes=30), event_id=2)
    sign_in()
    page.goto(f"{asgi_url}/devices/bf01/history/?code=temp_current&range=1h")
    page.get_by_text("Events on the axis").click()
    page.locator(".fleet-mark").focus()
    expect(page.locator(".u-legend").first).to_contain_text("▼ offline (device itself)")

    page.get_by_label("Draw another beside it").select_option("switch_led")
    page.get_by_role("button", name="Add").click()
    canvases = page.locator("[data-chart-plot] canvas")
    expect(canvases).to_have_count(2)
    plot = page.locator("[data-chart-plot] .u-over").first.bounding_box()
    page.mouse.move(plot["x"] + plot["width"] * 0.5, plot["y"] + 20)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.9, plot["y"] + 20, steps=5)
    page.mouse.up()

    expect(page).to_have_url(re.compile(r"code=temp_current&code=switch_led&start=.*&end="))
    for foot in page.locator("[data-chart-foot]").all():
        expect(foot).to_have_text("4 points")
    file = page.get_by_role("link", name="Raw values (CSV)").first.get_attribute("href")
    assert re.match(
        r"/logs/export\.csv\?device=bf01&code=temp_current&start=[^&]+&end=[^&]+&event=7$", file
    )
