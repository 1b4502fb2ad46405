"""Renaming by a list of lines: it is carried through the pages whole, and its faults are named."""

import html
import re

import pytest
import time_machine

from devices.models import Operation
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON, text

pytestmark = pytest.mark.django_db

NEW = "/operations/new/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_list_of_many_names_is_carried_and_the_preview_comes_as_a_file():
    scene.devices(250)
    scene.device("taken", "Lobby")
    browser = scene.client(Role.OPERATOR)
    lines = "".join(f"bf{number:04d}; =Lamp {number} x\n" for number in range(249))
    sent = {"kind": "rename", "lines": f"id; name\n{lines}bf0249; Lobby\n"}

    file = browser.post(NEW, sent | {"step": "download"})
    page = browser.post(NEW, sent)
    carried = re.search(r'<textarea name="lines" hidden>([^<]*)', page.content.decode())[1]
    kept = {"kind": "rename", "step": "request", "lines": html.unescape(carried)}
    given = browser.post(NEW, kept | {"plan_hash": page.context["plan"].plan_hash})

    rows = file.content.decode().splitlines()
    assert (len(rows), rows[1]) == (251, "bf0000,Lamp 0,'=Lamp 0 x,act,")
    assert rows[250] == "bf0249,Lamp 249,Lobby,act,taken has the name “Lobby” already."
    names = Operation.objects.get().items.order_by("position").values_list("new_name", flat=True)
    assert (given.status_code, len(names)) == (302, 250)
    assert (names[0], names[249]) == ("=Lamp 0 x", "Lobby")


def test_lines_that_cannot_be_read_are_named_and_kept():
    scene.device()
    browser = scene.client(Role.OPERATOR)

    answer = browser.post(NEW, {"kind": "rename", "lines": "bf01\n"})
    viewer = scene.client().get(f"{NEW}?kind=rename")

    assert (answer.status_code, viewer.status_code) == (400, 403)
    assert not Operation.objects.exists()
    assert "Line 1: give a device id and its new name." in text(answer)
    assert ">bf01\n</textarea>" in answer.content.decode()
