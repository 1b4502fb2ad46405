"""What a person sees of hardware that came back under another id, and of its local key."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Device
from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def two():
    now = timezone.now()
    old = scene.device("old1", "Old lamp", state="removed", uuid="u1", state_since=now - 12 * HOUR)
    new = scene.device(
        "new1",
        "New lamp",
        uuid="u1",
        local_key="0123456789abcdef",
        first_seen_at=now - 6 * HOUR,
        status={"temp_current": 223},
    )
    scene.proven(old, (now - 48 * HOUR, now - 12 * HOUR), since=now - 48 * HOUR)
    scene.proven(new, (now - 6 * HOUR, now), since=now - 6 * HOUR)
    for hours in (20, 18, 16):
        scene.event(old, now - hours * HOUR, 7, "temp_current", 100 + hours)
    for hours in (5, 3):
        scene.event(new, now - hours * HOUR, 7, "temp_current", 200 + hours)


def test_a_person_joins_two_ids_and_the_chart_draws_both(asgi_url, sign_in, page):
    two()
    sign_in(Role.OPERATOR)

    page.goto(f"{asgi_url}/devices/old1/")
    page.get_by_role("button", name="Join them").click()
    expect(page.get_by_text("The two are joined")).to_be_visible()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_text("2 points")).to_be_visible()
    page.get_by_role("link", name="Together with its predecessor").click()

    expect(page.get_by_text("5 points")).to_be_visible()
    assert Device.objects.get(device_id="new1").predecessor.device_id == "old1"


def test_a_local_key_is_shown_on_a_page_of_its_own_and_the_look_is_listed(asgi_url, sign_in, page):
    two()
    sign_in(Role.ADMIN, "ann")

    page.goto(f"{asgi_url}/devices/new1/factory/")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("0123456789abcdef")).to_be_visible()
    page.goto(f"{asgi_url}/deeds/")

    expect(page.get_by_role("row", name="ann")).to_contain_text("new1 New lamp")
    expect(page.get_by_text("0123456789abcdef")).to_have_count(0)
