"""A list that shows nothing says which kind of nothing: not yet, no match, not allowed, unread."""

import re
from pathlib import Path

import pytest

from devices.models import Project
from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
DEVICE = "/devices/bf01/"
NOTHING = {
    "/devices/": "No devices yet",
    "/logs/": "No event in this range",
    "/operations/": "No operation yet",
    "/operations/?show=waiting": "Nothing waits for you",
    "/exports/": "No export yet",
    "/views/": "No view is kept yet",
    "/delivery/": "No property fits. Once devices report values",
    "/delivery/?show=reports": "Nothing was sent",
    "/deeds/": "Nothing yet",
    f"{DEVICE}events/": "No events yet",
    f"{DEVICE}sub-devices/": "No sub-devices",
    f"{DEVICE}operations/": "Nothing was asked of it",
    f"{DEVICE}history/": "Nothing to draw",
}
UNFIT = {
    "/devices/?q=online:true": "No device matches",
    "/logs/?event=4": "No event in this range",
    "/delivery/?lane=quarantine": "Nothing fits. Clear the filters",
    "/delivery/?show=reports&outcome=failed": "Nothing fits. Clear the filters",
    "/help/?find=xyzzy": "xyzzy",
}
UNREAD = ("/", "/devices/", "/logs/", f"{DEVICE}events/", f"{DEVICE}sub-devices/")


def kinds(answer):
    return set(re.findall(r'data-empty="(\w+)"', answer.content.decode()))


@pytest.fixture
def reader():
    return scene.client(Role.ADMIN)


@pytest.mark.parametrize("address", NOTHING)
def test_a_list_that_was_never_filled_says_what_will_stand_here(reader, address):
    if address.startswith(DEVICE):
        scene.device(product=None)

    answer = reader.get(address)

    wanted = {"unfit"} if address == "/logs/" else {"nothing"}
    assert (kinds(answer), NOTHING[address] in scene.text(answer)) == (wanted, True)


@pytest.mark.parametrize("address", UNFIT)
def test_a_list_that_is_empty_by_its_filter_offers_to_clear_it(reader, address):
    answer = reader.get(address)

    assert (kinds(answer), UNFIT[address] in scene.text(answer)) == ({"unfit"}, True)


@pytest.mark.parametrize("address", [*NOTHING, *UNFIT])
def test_who_may_not_look_reads_so_and_not_that_there_is_nothing(address):
    scene.device()
    answer = scene.client(None).get(address)

    assert (answer.status_code, kinds(answer)) == (403, {"denied"})


def test_who_may_not_approve_is_not_told_that_nothing_waits():
    answer = scene.client(Role.VIEWER).get("/operations/?show=waiting")

    assert (kinds(answer), "You may not approve" in scene.text(answer)) == ({"denied"}, True)


@pytest.mark.parametrize("address", UNREAD)
def test_while_the_cloud_cannot_be_read_an_empty_list_says_since_when(reader, settings, address):
    settings.TUYA_CLIENT_ID, settings.TUYA_BASE_URL = "id", "http://127.0.0.1:9"
    Project.objects.create(
        client_id="id", base_url="http://127.0.0.1:9", failures=1, last_ok_at=scene.NOON
    )
    if address.startswith(DEVICE):
        scene.device(product=None)

    answer = reader.get(address)

    assert kinds(answer) == {"unreachable"}
    assert "The device cloud cannot be read now Last good answer" in scene.text(answer)


def test_the_device_list_names_the_filter_that_keeps_most_out(reader):
    scene.devices(3, online=True)
    scene.device("off", "Off", online=False, tags=["lab"])

    answer = scene.text(reader.get("/devices/?q=online:true tag:lab"))

    assert "What keeps most out: without tag:lab: 3 without online:true: 1" in answer


def test_every_list_with_pages_says_what_its_emptiness_means():
    lists = [
        path for path in TEMPLATES.rglob("*.html")
        if "fleet-pager" in (text := path.read_text()) or "pages/_pager.html" in text
    ]  # fmt: skip
    silent = [
        path.name for path in lists
        if path.name != "_pager.html"
        and not re.search(r"_empty\.html|_event_lines\.html", path.read_text())
    ]  # fmt: skip

    assert (len(lists) > 8, silent) == (True, [])
