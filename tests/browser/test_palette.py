"""The palette and the keys in a real browser: found, walked, switched off, focus given back."""

import re

import pytest
from playwright.sync_api import expect

from people.roles import Role
from tests.devices.views import scene

# Of a static file whose page was left before it came: the tests' file server forgets to close it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_the_palette_finds_a_device_while_typing_and_gives_the_focus_back(asgi_url, sign_in, page):
    sign_in(Role.VIEWER)
    scene.device("bf01", "Desk lamp")
    scene.device("bf02", "Kitchen plug", online=False)
    page.goto(asgi_url)
    page.locator("[data-search]").focus()

    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="A device, a page or an action")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-search]")).to_be_focused()

    page.locator("[data-open-palette]").click()
    box.press_sequentially("kitch")
    chosen = page.locator("#palette [aria-selected=true]")
    expect(chosen).to_contain_text("Kitchen plug")
    expect(chosen).to_contain_text("Offline")
    expect(box).to_have_attribute("aria-activedescendant", "palette-device-0")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/devices/bf02/$"))


def test_the_palette_goes_to_pages_and_offers_only_what_one_may(asgi_url, sign_in, page):
    sign_in(Role.VIEWER)
    scene.device("bf01", "Desk lamp")
    page.goto(asgi_url + "/devices/bf01/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Read the device cloud now")).to_have_count(0)
    expect(page.get_by_role("option", name="Users and tokens")).to_have_count(0)
    expect(page.get_by_role("option", name="Factory reset")).to_have_count(0)

    sign_in(Role.ADMIN)
    page.goto(asgi_url + "/devices/bf01/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Read the device cloud now")).to_be_visible()
    page.keyboard.type("factory")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/operations/new/\?kind=factory_reset&device=bf01$"))


def test_rows_are_walked_ticked_and_opened_by_letters(asgi_url, sign_in, page):
    sign_in(Role.MANAGER)
    scene.devices(3)
    page.goto(asgi_url + "/devices/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    second = page.locator("tbody tr").nth(1)
    expect(second.locator("[data-select]")).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/devices/bf0000/$"))


def test_letters_can_be_switched_off_for_good_and_ctrl_k_stays(asgi_url, sign_in, page):
    sign_in(Role.VIEWER)
    page.goto(asgi_url)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()

    page.get_by_role("switch").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")

    expect(page.get_by_role("dialog", name="Go to, or do")).to_be_visible()
    assert page.url == asgi_url + "/"


def test_a_menu_is_opened_walked_and_closed_by_keys_inside_the_window(asgi_url, sign_in, page):
    sign_in(Role.MANAGER)
    scene.devices(2)
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(asgi_url + "/devices/")
    page.locator("tbody [data-select]").first.check()
    button = page.get_by_role("button", name="Order")
    button.focus()

    page.keyboard.press("ArrowDown")  # opens it, and goes to the first
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Newest event first")).to_be_focused()
    place = page.locator(".dropdown-menu.show").bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 360
    page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("[data-selection-bar]")).to_be_visible()  # Escape meant the menu alone
    button.click()
    page.get_by_role("button", name="Columns").click()
    expect(page.locator(".dropdown-menu.show")).to_have_count(1)
    page.get_by_role("heading", name="Devices", level=1).click()
    expect(page.locator(".dropdown-menu.show")).to_have_count(0)


def test_a_menu_without_room_below_its_button_opens_above_it(asgi_url, sign_in, page):
    sign_in(Role.MANAGER)
    scene.devices(2)
    page.goto(asgi_url + "/devices/")
    button = page.get_by_role("button", name="Order")
    at = button.bounding_box()
    menu = page.locator(".dropdown-menu.show")

    page.set_viewport_size({"width": 1280, "height": round(at["y"] + at["height"] + 20)})
    button.click()
    above = menu.bounding_box()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 720})
    button.click()
    below = menu.bounding_box()

    assert above["y"] + above["height"] <= at["y"]
    assert above["y"] >= 48  # under the head of the page
    assert below["y"] >= at["y"] + at["height"]


def test_a_key_right_after_the_palette_closed_is_not_typed_into_it(asgi_url, sign_in, page):
    sign_in(Role.VIEWER)
    page.goto(asgi_url + "/devices/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A device, a page or an action")).to_be_focused()

    left = page.evaluate(
        """() => {
            const escape = { key: "Escape", bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", escape));
            return document.activeElement.tagName;
        }"""
    )

    assert left == "BODY"
