"""Coming in with a real browser: a passkey of a (virtual) key, alone and after a password."""

import pytest
from playwright.sync_api import expect

from people.roles import Role
from tests.people import persons

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def home(asgi_url, page):
    """The pages by name: browsers give keys to names, not to numbers."""
    told = page.context.new_cdp_session(page)
    told.send("WebAuthn.enable")
    told.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return asgi_url.replace("127.0.0.1", "localhost")


def test_a_passkey_is_added_and_then_lets_in_alone(home, page):
    user = persons.user(Role.VIEWER, "ann")
    user.set_password("right horse")
    user.save()

    page.goto(f"{home}/login/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("right horse")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{home}/account/factors/passkeys/add/")
    page.get_by_label("Password").fill("right horse")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{home}/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.locator(".fleet-person")).to_have_text("ann")
