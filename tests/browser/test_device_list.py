"""The device list under a person's hands: what is typed, ticked and kept."""

import re

import pytest
from playwright.sync_api import expect

from devices.models import Device
from people.roles import Role
from tests.devices.views import scene

# Of a static file whose page was left before it came: the tests' file server forgets to close it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def opened(asgi_url, sign_in, page):
    """Open a page of Fleet as somebody of the role."""

    def at(path, role=Role.MANAGER):
        sign_in(role)
        page.goto(asgi_url + path)
        return page

    return at


def test_a_selection_lasts_over_pages_and_may_become_the_whole_filter(opened, page):
    scene.devices(30, online=False)
    scene.device("other", "Other", online=True)
    opened("/devices/?q=online:false&size=25")
    count = page.locator("[data-selection-count]")

    page.get_by_label("Select Lamp 0", exact=True).check()
    page.get_by_role("link", name="Next").click()
    expect(count).to_have_text("1 selected (1 on other pages)")
    page.get_by_label("Select this page").check()
    expect(count).to_have_text("6 selected (1 on other pages)")
    page.get_by_role("button", name="Select all 30 matching").click()
    expect(count).to_have_text("All 30 matching selected")
    page.get_by_role("button", name="Factory reset").click()

    expect(page).to_have_url(re.compile(r"\?kind=factory_reset&all=1&q=online%3Afalse$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("30 devices chosen")
    ids = page.locator("form [name=device]").evaluate_all("all => all.map(one => one.value)")
    assert set(ids) == set(Device.objects.filter(online=False).values_list("device_id", flat=True))


def test_ticked_devices_are_tagged_and_the_list_is_walked_from_device_to_device(opened, page):
    for number in range(3):
        scene.device(f"bf{number}", f"Lamp {number}", online=number > 0)
    opened("/devices/?q=online:true&sort=name", Role.OPERATOR)

    page.get_by_label("Select this page").check()
    page.get_by_role("button", name="Tag…").click()
    page.get_by_label("Tags, with commas between").fill("lab")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("2 devices have other tags now.")).to_be_visible()
    assert list(Device.objects.order_by("pk").values_list("tags", flat=True)) == [
        [], ["lab"], ["lab"],
    ]  # fmt: skip

    page.goto(page.url.split("/devices/")[0] + "/devices/?q=tag:lab&sort=name")
    page.get_by_role("link", name="Lamp 1").click()
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page.locator("[data-neighbours-at]")).to_have_text("1 / 2")
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("/devices/bf2/events/$"))
    expect(page.locator("[data-neighbours-at]")).to_have_text("2 / 2")
    page.keyboard.press("]")  # there is no further one
    page.keyboard.press("[")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lamp 1")
    page.locator("[data-last-list]").click()
    expect(page).to_have_url(re.compile(r"/devices/\?q=tag:lab&sort=name$"))


def test_a_filter_is_typed_with_the_keyboard_and_taken_off_by_its_cross(opened, page):
    scene.device("a", "Dark lamp", online=False)
    scene.device("b", "Lit lamp", online=True)
    opened("/devices/")
    line = page.get_by_role("combobox", name="Filter devices")

    line.press_sequentially("lamp onl")
    expect(page.locator(".fleet-suggestions li")).to_have_text(
        ["online: online, offline or unknown"]
    )
    line.press("Tab")
    expect(page.locator(".fleet-suggestions li")).to_have_count(3)
    line.press("ArrowDown")
    line.press("ArrowDown")
    line.press("Enter")
    expect(line).to_have_value("lamp online:false ")
    line.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Remove this filter").click()

    expect(page).to_have_url(re.compile(r"/devices/\?q=lamp$"))
    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_device_is_retired_leaves_the_list_and_is_brought_back_from_its_page(opened, page):
    scene.device("bf1", "Hall lamp")
    scene.device("bf2", "Desk lamp")
    opened("/devices/")

    page.get_by_label("Select Hall lamp").check()
    page.get_by_role("button", name="Retire…").click()
    page.get_by_label("Reason").fill("in the box")
    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_text("1 device is retired now.")).to_be_visible()
    expect(page.get_by_role("link", name="Desk lamp")).to_be_visible()
    expect(page.get_by_role("link", name="Hall lamp")).to_have_count(0)
    page.get_by_role("link", name="1 retired").click()
    page.get_by_role("link", name="Hall lamp").click()
    expect(page.get_by_text("in the box")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("1 device is back.")).to_be_visible()
    page.goto(page.url.partition("/devices/")[0] + "/devices/")

    expect(page.get_by_role("link", name="Hall lamp")).to_be_visible()
    assert Device.objects.retired().count() == 0


def test_what_to_narrow_down_by_is_counted_after_the_page_and_moves_nothing(opened, page):
    for number in range(3):
        scene.device(f"bf{number}", f"Lamp {number}", online=number > 0, tags=["lab"])
    opened("/devices/")
    page.get_by_role("link", name="Narrow down").click()
    expect(page.locator(".fleet-facets")).to_be_visible()
    lines = page.locator(".fleet-facets li a")
    held = page.locator("tbody tr").first.bounding_box()

    expect(lines).to_have_text(["Online 2", "Offline 1", "light 3", "Product lamp 3", "lab 3"])
    after = page.locator("tbody tr").first.bounding_box()
    lines.first.click()

    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".fleet-facets [aria-current]")).to_have_text("Online 2")
    assert after == held


def test_a_menu_whose_button_a_newer_page_took_away_leaves_the_others_their_way(opened, page):
    opened("/devices/")
    views, shown = page.get_by_role("button", name="Views"), page.locator(".dropdown-menu.show")
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))

    views.click()
    views.evaluate("button => button.remove()")
    page.get_by_role("button", name="Columns").click()

    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Serial number")
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    assert broken == []
