"""What staff come for is at most three clicks and three pages from the overview."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import OperationItem
from people.roles import Role
from reporting import outbox
from reporting.letters import StateReported
from tests.devices.views import scene

MOST = 3
COUNT = "addEventListener('click', event => event.isTrusted && event.detail && clicked(), true)"


@pytest.fixture
def walk(asgi_url, sign_in, page, settings):
    """Begin at the overview as a manager; count what is clicked and which pages are opened."""
    settings.COOLING_OFF = timedelta(seconds=30)
    clicks, pages = [], []
    sign_in(Role.MANAGER, "lin")
    page.expose_function("clicked", lambda: clicks.append(page.url))
    page.add_init_script(COUNT)
    page.goto(asgi_url)
    page.on("domcontentloaded", lambda opened: pages.append(opened.url))
    yield page
    assert 0 < len(pages) <= MOST, pages
    assert len(clicks) <= MOST, clicks


def test_which_devices_are_offline_and_since_when(walk, page):
    ago = timezone.now() - timedelta(hours=3)
    scene.device("bf01", "Desk lamp")
    scene.device("bf02", "Kitchen plug", online=False, online_since=ago)

    page.reload()
    page.get_by_role("link", name="1 offline").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Kitchen plug")
    expect(page.locator("tbody tr")).to_contain_text("3 h ago")


def test_who_switched_this_lamp_at_three_in_the_night(walk, page):
    lamp = scene.device("bf01", "Desk lamp")
    night = timezone.now().replace(hour=3, minute=0, second=0) - timedelta(days=1)
    with transaction.atomic():
        scene.event(lamp, night, code="switch_led", value=True, source=3)
        for number in range(200):  # what happened since would fill several pages
            scene.event(
                lamp, night + timedelta(minutes=number + 5), code="temp_current", value=number
            )
    clock = night.strftime("%Y-%m-%dT%H:%M")

    page.keyboard.press("Control+k")
    page.keyboard.type("desk")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Desk lamp")
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="Device").get_by_role("link", name="Events").click()
    page.get_by_label("Jump to").fill(clock)
    page.get_by_role("button", name="Go", exact=True).click()

    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Switch")
    expect(first).to_contain_text("third-party platform")


def test_whether_ush_knows(walk, page):
    scene.device("bf01", "Desk lamp")
    letter = StateReported("bf01", "dj", {"switch_led": True}, {}, {"switch_led": 1})
    with transaction.atomic():
        outbox.take([letter], timezone.now())

    page.keyboard.press("Control+k")
    page.keyboard.type("desk")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Desk lamp")
    page.keyboard.press("Enter")
    tabs = page.get_by_role("navigation", name="Device")
    tabs.get_by_role("link", name="Delivery").click()

    row = page.locator("tbody tr").filter(has_text="PowerState")
    expect(row).to_contain_text("never told")


def test_five_devices_are_renamed(walk, page):
    lamps = scene.devices(5)
    scene.device("other", "Plug", product=scene.product("plug"))

    page.keyboard.press("/")
    page.keyboard.type("lamp")
    page.keyboard.press("Enter")
    page.get_by_label("Select this page").check()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Pattern").fill("Room {n:2}")
    page.get_by_label("Pattern").press("Enter")
    page.get_by_role("button", name="Rename 5 devices").click()

    expect(page.locator("h1")).to_contain_text("Rename 5 devices")
    asked = OperationItem.objects.filter(device__in=lamps).order_by("new_name")
    assert list(asked.values_list("new_name", flat=True)) == [f"Room {n:02}" for n in range(1, 6)]


def test_one_device_is_reset(walk, page):
    scene.device("bf01", "Desk lamp")

    page.keyboard.press("Control+k")
    page.keyboard.type("desk")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Desk lamp")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Factory reset…").click()
    page.get_by_label("Reason").fill("guest left")
    page.locator("[data-phrase]").fill("Desk lamp")
    page.get_by_role("button", name="Reset 1 device").click()

    expect(page.locator("h1")).to_contain_text("Factory reset of 1 device")
    assert OperationItem.objects.values_list("device__device_id", "outcome").get() == (
        "bf01",
        "queued",
    )
