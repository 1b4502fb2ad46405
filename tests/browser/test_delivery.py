"""The delivery page in a real browser: it follows, and its buttons do what they say."""

import pytest
from playwright.sync_api import expect

from people.roles import Role
from reporting import forwarder, sinks
from tests.browser.holding import Held
from tests.reporting.conftest import clock, make_office, office, sim  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_open_page_shows_what_was_told_without_a_reload(page, asgi_url, sign_in, office):  # noqa: F811
    sign_in()
    office.switch("plug1", "plug2")
    page.goto(f"{asgi_url}/delivery/")
    rows = page.locator("#delivery-cells tbody tr")
    expect(rows.filter(has_text="Waiting")).to_have_count(2)

    forwarder.drain(office.desk)

    expect(rows.filter(has_text="Delivered")).to_have_count(2)
    expect(page.locator("[data-flash=backlog]")).to_have_text("0")


def test_what_was_told_before_the_stream_stood_is_shown_too(page, asgi_url, sign_in, office):  # noqa: F811
    sign_in()
    office.switch("plug1", "plug2")
    stream = Held(page, "**/live/**")
    page.goto(f"{asgi_url}/delivery/")
    stream.wait()
    rows = page.locator("#delivery-cells tbody tr")
    expect(rows.filter(has_text="Waiting")).to_have_count(2)

    forwarder.drain(office.desk)
    stream.let_go()

    expect(rows.filter(has_text="Delivered")).to_have_count(2)


def test_a_person_pauses_and_resumes(page, asgi_url, sign_in):
    sign_in(Role.OPERATOR)
    page.goto(f"{asgi_url}/delivery/")

    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#delivery-road [data-state=paused]")).to_be_visible()
    assert sinks.ensure().paused is True
    page.get_by_role("button", name="Resume").click()

    expect(page.locator("#delivery-road [data-state=healthy]")).to_be_visible()
    assert sinks.ensure().paused is False


def test_a_report_is_opened_from_the_list(page, asgi_url, sign_in, office, sim):  # noqa: F811
    sign_in()
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    page.goto(f"{asgi_url}/delivery/?show=reports&outcome=failed")

    page.locator("#delivery-reports tbody a").first.click()

    expect(page.locator("dd").filter(has_text="DEVICE_NOT_FOUND").first).to_be_visible()
    expect(page.locator("pre").first).to_contain_text('"deviceId": "plug1"')
