"""The pages on which a person retires devices and brings them back."""

import pytest
from django.test import Client

from devices.models import Device
from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return scene.client(Role.MANAGER, "ann")


def retired():
    return dict(Device.objects.retired().order_by("pk").values_list("device_id", "retired_reason"))


def test_ticked_devices_are_retired_leave_the_list_and_are_brought_back(manager):
    for key in ("a", "b", "c"):
        scene.device(key, f"Lamp {key}")

    page = scene.text(manager.get("/devices/retire/?device=a&device=b"))
    sent = manager.post("/devices/retire/", {"devices": "a b", "reason": "spare <box>"})
    then, whole = retired(), scene.text(manager.get("/devices/"))
    hidden = manager.get("/devices/?q=retired:true").content.decode()
    back = manager.post("/devices/restore/", {"all": "1", "q": "retired:true"}, follow=True)

    assert "Retire 2 devices" in page
    assert (sent.headers["Location"], then) == (
        "/devices/",
        {"a": "spare <box>", "b": "spare <box>"},
    )
    assert "2 devices are retired now." in whole
    assert "1 in all" in whole
    assert "2 retired" in whole
    assert "Lamp c" in whole
    assert "Lamp a" not in whole
    assert "Lamp b" in hidden
    assert 'formaction="/devices/restore/"' in hidden
    assert "2 devices are back." in scene.text(back)
    assert retired() == {}


def test_the_page_of_a_retired_device_says_since_when_by_whom_and_why_and_brings_it_back(manager):
    scene.device("a")
    viewer = scene.client(Role.VIEWER)

    offered = manager.get("/devices/a/").content.decode()
    manager.post("/devices/retire/", {"device": "a", "back": "device", "reason": "spare <box>"})
    banner, plain = manager.get("/devices/a/"), viewer.get("/devices/a/")
    manager.post("/devices/restore/", {"device": "a", "back": "device"})
    after = manager.get("/devices/a/")

    assert "/devices/retire/?device=a&amp;back=device" in offered
    assert "by ann: spare <box> Bring back" in scene.text(banner)
    assert "/devices/retire/" not in banner.content.decode()
    assert "by ann: spare <box>" in scene.text(plain)
    assert "Bring back" not in scene.text(plain)
    assert "by ann: spare" not in scene.text(after)
    assert retired() == {}


def test_without_a_reason_the_page_asks_for_one_and_what_was_left_says_why(manager):
    scene.device("a")
    scene.device("gone", state="removed")

    refused = manager.post("/devices/retire/", {"devices": "a", "reason": " "})
    left = manager.post("/devices/retire/", {"devices": "a gone", "reason": "spare"}, follow=True)

    assert (refused.status_code, "A reason is required" in scene.text(refused)) == (400, True)
    words = "1 device was left as it is: gone: It was removed from the cloud already."
    assert words in scene.text(left)
    assert retired() == {"a": "spare"}


def test_where_devices_are_retired_first_the_preview_of_a_removal_says_so(manager, settings):
    settings.RETIRE_FIRST = True
    scene.device("a")

    page = scene.text(manager.get("/operations/new/?kind=remove&device=a"))

    assert "It is not retired: here a device is retired before it is removed." in page


@pytest.mark.parametrize("address", ["/devices/retire/", "/devices/restore/"])
def test_nothing_chosen_never_means_all_and_an_operator_may_neither(manager, address):
    scene.device()

    assert manager.get(address).status_code == manager.post(address).status_code == 400
    assert scene.client(Role.OPERATOR).get(address).status_code == 403
    assert Client().get(address).status_code == 302
