"""Tags and a look now for the devices ticked in the list, without an order to the cloud."""

import pytest
from django.test import Client

from devices.models import Device
from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return scene.client(Role.OPERATOR)


@pytest.fixture
def rung(monkeypatch, django_capture_on_commit_callbacks):
    """What is rung while it acts, by task and arguments."""
    heard = []

    def hear(task, args, retry):
        heard.append((task, *args))

    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda _app, task, **k: hear(task, **k))

    def acting(act):
        with django_capture_on_commit_callbacks(execute=True):
            answer = act()
        return answer, heard

    return acting


def tags():
    return dict(Device.objects.order_by("pk").values_list("device_id", "tags"))


def test_the_page_says_of_which_devices_and_changes_nothing(reader):
    scene.devices(10, tags=["old"])

    page = scene.text(reader.get("/devices/tag/?all=1&q="))
    alone = scene.text(reader.get("/devices/sync/?device=bf0001"))

    assert "Tags of 10 devices To the devices Lamp 0 , Lamp 1 , Lamp 2" in page
    assert "Lamp 7 and 2 more Tags now: old" in page
    assert "two or three calls of the cloud's quota" in alone
    assert set(map(tuple, tags().values())) == {("old",)}


def test_tags_are_added_to_and_taken_from_many_devices_at_once(reader):
    scene.device("a", tags=["lab"])
    scene.device("b")

    added = reader.post(
        "/devices/tag/", {"devices": "a b", "tags": " room 3,lab，new", "way": "add"}
    )
    first = tags()
    reader.post("/devices/tag/", {"devices": "a", "tags": "lab", "way": "remove", "back": "device"})

    assert added.headers["Location"] == "/devices/"
    assert first == {"a": ["lab", "new", "room 3"], "b": ["lab", "new", "room 3"]}
    assert tags() == {"a": ["new", "room 3"], "b": ["lab", "new", "room 3"]}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("x" * 65, "A tag has at most 64 characters."),
        ('12" screen', '12" screen: A tag has no double quotes: nobody could search for it.'),
    ],
)
def test_what_cannot_be_a_tag_changes_nothing_and_the_page_says_why(reader, given, told):
    scene.device("a", tags=['old "one"'])

    answer = reader.post("/devices/tag/", {"devices": "a", "tags": f"fine,{given}"})
    kept = tags()
    reader.post("/devices/tag/", {"devices": "a", "tags": 'old "one"', "way": "remove"})

    assert told in scene.text(answer)
    assert (kept, tags()) == ({"a": ['old "one"']}, {"a": []})


def test_too_many_tags_change_nothing_at_all_and_the_page_says_so(reader):
    scene.device("a")
    scene.device("b", tags=[f"t{n}" for n in range(50)])

    answer = reader.post("/devices/tag/", {"devices": "a b", "tags": "one more"})

    assert "b would have more than 50 tags. Nothing was changed." in scene.text(answer)
    assert tags()["a"] == []


def test_few_devices_are_read_one_by_one_and_many_by_one_look_at_all(reader, rung):
    scene.device("a")
    scene.device("gone", state="removed")
    scene.devices(21)

    _few, heard = rung(lambda: reader.post("/devices/sync/", {"devices": "a gone"}))
    few = [*heard]
    _many, heard = rung(lambda: reader.post("/devices/sync/", {"all": "1", "q": "name:~Lamp"}))

    assert few == [("devices.tasks.sync_device", "a")]
    assert heard[len(few) :] == [("devices.tasks.sync", True)]


@pytest.mark.parametrize("address", ["/devices/tag/", "/devices/sync/"])
def test_nothing_chosen_never_means_all_and_a_viewer_may_neither(reader, address):
    scene.device()

    assert reader.get(address).status_code == reader.post(address).status_code == 400
    assert scene.client(Role.VIEWER).get(address).status_code == 403
    assert Client().get(address).status_code == 302
