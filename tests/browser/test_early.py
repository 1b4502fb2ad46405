"""What is pressed or ticked before a page's scripts have run is not lost."""

import re

import pytest
from playwright.sync_api import expect

from people.roles import Role
from tests.browser.holding import Held
from tests.devices.views import scene

# Of a static file whose page was left before it came: the tests' file server forgets to close it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SCRIPTS = re.compile(r"/static/fleet/fleet[.\w]*\.js")


@pytest.fixture
def waiting(asgi_url, sign_in, page):
    """Open a page whose scripts do not come; what is given back lets them come."""

    def opened(path):
        sign_in(Role.MANAGER)
        scripts = Held(page, SCRIPTS)
        page.goto(asgi_url + path, wait_until="commit")
        return scripts.let_go

    return opened


def test_a_menu_asked_for_before_the_scripts_came_opens_when_they_do(waiting, page):
    scene.device("bf01", "Desk lamp")
    come = waiting("/devices/bf01/")
    button = page.get_by_role("button", name="Actions")
    button.click()
    button.click()  # nothing happened: it is pressed again

    come()

    expect(page.locator(".dropdown-menu.show")).to_contain_text("Factory reset…")


def test_rows_ticked_before_the_scripts_came_stay_ticked_and_bring_the_bar(waiting, page):
    scene.devices(3)
    come = waiting("/devices/")
    page.get_by_label("Select Lamp 1", exact=True).check()

    come()

    expect(page.locator("[data-selection-count]")).to_have_text("1 selected")
    expect(page.get_by_label("Select Lamp 1", exact=True)).to_be_checked()


def test_a_whole_page_ticked_before_the_scripts_came_is_chosen(waiting, page):
    scene.devices(3)
    come = waiting("/devices/")
    page.get_by_label("Select this page").check()

    come()

    expect(page.locator("[data-selection-count]")).to_have_text("3 selected")
