"""The shell in a real browser: keyboard, theme, zone, language, and nothing from other machines."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON


@pytest.fixture
def opened(asgi_url, sign_in, page):
    """Open a page of Fleet as a viewer."""

    sign_in(Role.VIEWER)

    def at(path):
        page.goto(asgi_url + path)

    return at


# Of a static file whose page was left before it came: the tests' file server forgets to close it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_no_request_leaves_the_machine_and_nothing_complains(opened, page):
    foreign, complaints = [], []
    page.on(
        "request",
        lambda one: foreign.append(one.url) if urlsplit(one.url).hostname != "127.0.0.1" else None,
    )
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: complaints.append(str(one)))
    scene.device()

    for path in ("/", "/devices/", "/devices/bf01/", "/devices/bf01/history/"):
        opened(path)
        page.wait_for_load_state("load")

    assert (foreign, complaints) == ([], [])


def test_slash_searches_and_the_letter_itself_is_not_typed(opened, page):
    scene.device("bf01", "Desk lamp")
    scene.device("bf02", "Kitchen plug")
    opened("/")

    page.keyboard.press("/")
    page.keyboard.type("kitchen")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/devices/\?q=kitchen$"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_g_and_a_letter_go_to_a_place_but_not_while_typing(opened, page):
    opened("/")
    page.locator("[data-search]").press_sequentially("gd")
    expect(page.locator("[data-search]")).to_have_value("gd")

    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")

    expect(page).to_have_url(re.compile(r"/devices/$"))


def test_the_theme_is_chosen_without_a_reload_and_kept(opened, page):
    opened("/")
    root, button = page.locator("html"), page.locator("[data-theme-next]")

    button.click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    button.click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.reload()

    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_the_zone_rewrites_times_in_place(opened, page):
    scene.device(time_zone="+08:00", created_at=NOON)
    opened("/devices/bf01/factory/")
    created = page.locator(f'time[datetime="{NOON:%Y-%m-%dT%H:%M:%S}.000Z"][data-when=absolute]')
    expect(created).to_have_text("2026-11-21 12:00:00")

    page.locator("[data-zone-choice]").select_option("device")

    expect(created).to_have_text("2026-11-21 20:00:00")


def test_the_language_is_switched_and_kept(opened, page):
    opened("/")

    page.get_by_role("button", name="中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.get_by_role("button", name="EN")).to_be_visible()


def test_an_id_is_copied_by_its_button(opened, page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    scene.device()
    opened("/devices/bf01/")

    page.locator("[data-copy='bf01']").first.click()

    expect(page.locator(".fleet-toast")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "bf01"


def test_no_page_is_wider_than_the_screen(opened, page):
    scene.device("bf01", "A very long name of a lamp " * 6, status={"raw": "x" * 300})
    too_wide = []

    for path in ("/", "/devices/", "/devices/bf01/", "/devices/bf01/factory/"):
        opened(path)
        for width in (360, 768, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((path, width))

    assert too_wide == []


def test_the_first_tab_stop_skips_to_the_content(opened, page):
    opened("/devices/")

    page.keyboard.press("Tab")
    expect(page.locator(".fleet-skip")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#content")).to_be_focused()
