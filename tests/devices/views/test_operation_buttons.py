"""Steering an order: which buttons whom, and what each of them does."""

import pytest
import time_machine

from devices.models import Operation
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


BUTTONS = ("cancel", "pause", "resume", "approve", "reject", "retry-failed")


@pytest.mark.parametrize(
    ("role", "state", "own", "buttons"),
    [
        (Role.MANAGER, "cooling_off", True, {"cancel", "pause", "retry-failed"}),
        (Role.MANAGER, "running", True, {"cancel", "pause", "retry-failed"}),
        (Role.MANAGER, "paused", True, {"cancel", "resume", "retry-failed"}),
        (Role.MANAGER, "finished", True, {"retry-failed"}),
        (Role.MANAGER, "awaiting_approval", True, {"cancel", "reject", "retry-failed"}),
        (Role.MANAGER, "awaiting_approval", False, {"cancel", "approve", "reject", "retry-failed"}),
        (Role.VIEWER, "running", False, set()),
        (Role.OPERATOR, "cooling_off", False, set()),
    ],
)
def test_buttons_are_those_of_the_right_and_the_state(role, state, own, buttons):
    browser = scene.client(role)
    by = browser.user if own else scene.client(Role.MANAGER).user
    made = scene.operation(by, "queued", "refused", state=state)

    page = browser.get(f"/operations/{made.pk}/").content.decode()

    assert {one for one in BUTTONS if f'action="/operations/{made.pk}/{one}/"' in page} == buttons


def test_undo_within_the_cooling_off_time_sends_nothing():
    browser = scene.client(Role.MANAGER)
    made = scene.operation(browser.user, "queued", "queued", state="cooling_off")

    before = browser.get(f"/operations/{made.pk}/")
    after = browser.post(f"/operations/{made.pk}/cancel/", follow=True)

    made.refresh_from_db()
    assert 'data-countdown="2026-11-21T12:00:30+00:00"' in before.content.decode()
    assert "Cancelled. What was not sent yet will not be sent." in text(after)
    assert (made.state, made.ended_by_name) == ("cancelled", browser.user.username)
    assert set(made.items.values_list("outcome", flat=True)) == {"cancelled"}


def test_a_second_person_approves_and_the_first_may_not():
    lin, mei = scene.client(Role.MANAGER, "lin"), scene.client(Role.MANAGER, "mei")
    made = scene.operation(lin.user, "queued", state="awaiting_approval", needs_approval=True)

    own = lin.post(f"/operations/{made.pk}/approve/")
    others = mei.post(f"/operations/{made.pk}/approve/")

    made.refresh_from_db()
    assert (own.status_code, "You asked for it yourself" in text(own)) == (403, True)
    assert others.headers["Location"] == f"/operations/{made.pk}/"
    assert (made.state, made.approved_by_name) == ("cooling_off", "mei")


def test_only_the_refused_are_asked_again_in_an_order_of_their_own():
    browser = scene.client(Role.MANAGER)
    made = scene.operation(browser.user, "confirmed", "refused", "unknown", state="finished")

    answer = browser.post(f"/operations/{made.pk}/retry-failed/")

    again = Operation.objects.get(retry_of=made)
    assert answer.headers["Location"] == f"/operations/{again.pk}/"
    assert [item.device_name for item in again.items.all()] == [f"Lamp {made.pk}.1"]


def test_what_can_no_longer_be_done_is_said_on_the_page():
    browser = scene.client(Role.MANAGER)
    made = scene.operation(browser.user, "confirmed", state="finished")

    answer = browser.post(f"/operations/{made.pk}/pause/", follow=True)

    assert f"Operation #{made.pk} is finished: this can no longer be asked of it." in text(answer)
