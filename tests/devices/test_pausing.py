"""A paused cloud is left alone by everything; what was asked for meanwhile is done on resuming."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import harvest, operations, pausing, project, sync
from devices.models import Device, Operation, Project, SyncRun
from devices.operations import Order
from people.models import Deed
from people.roles import Role
from tests.devices.views import scene
from tests.people import persons

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(db):
    return persons.Asking(persons.user(Role.OPERATOR, "ann"))


def rename(device, person):
    order = Order(kind=Operation.Kind.RENAME, device_ids=(device.device_id,), name="Lamp")
    return operations.request(order, by=person("manager"), now=timezone.now())


def test_nothing_is_asked_of_a_paused_cloud_and_all_is_done_on_resuming(
    cloud, plug, ann, person, read_logs, run
):
    device, _code = plug
    pausing.pause(ann, "moving house", timezone.now())
    before, order = len(cloud.calls), rename(device, person)

    runs = (
        sync.sync(timezone.now(), force=True),
        read_logs(),
        sync.sync_device(device.device_id, timezone.now()),
        run().sent,
    )
    asked_while_paused = len(cloud.calls) - before
    pausing.resume(ann, timezone.now())
    run()

    order.refresh_from_db()
    assert (runs, asked_while_paused) == ((None, None, None, 0), 0)
    assert (order.state, cloud.world.devices[device.device_id].name) == ("finished", "Lamp")
    assert read_logs().outcome == "complete"


def test_a_second_pause_keeps_the_first_ones_words_and_both_ends_are_on_the_record(cloud, ann):
    began = timezone.now()

    pausing.pause(ann, " moving house ", began)
    kept = pausing.pause(
        persons.Asking(persons.user(Role.ADMIN, "bob")), "too", began + timedelta(hours=1)
    )
    gone = pausing.resume(ann, began + timedelta(hours=2))
    pausing.resume(ann, began + timedelta(hours=3))

    words = [(deed.who, deed.what, deed.about) for deed in Deed.objects.order_by("id")]
    assert (kept.paused_at, kept.paused_by, kept.paused_reason) == (began, "ann", "moving house")
    assert (gone.paused_at, gone.paused_by, gone.paused_reason) == (None, "", "")
    assert words == [("ann", "paused", "moving house"), ("ann", "resumed", kept.base_url)]


def test_a_look_that_is_paused_under_way_ends_and_marks_nobody_missing(start_cloud, ann, look):
    cloud = start_cloud(devices=60)
    look()
    with project.connect() as link:
        pages = sync._pages(link)

        first = next(pages)
        pausing.pause(ann, "", timezone.now())
        further = list(pages)

    assert (len(first[1].devices) > 0, further) == (True, [])
    assert Device.objects.filter(state=Device.State.MISSING).count() == 0
    assert len(cloud.world.devices) >= 60


def test_a_harvest_that_is_paused_under_way_takes_no_further_device(cloud, ann):
    project.current()
    waiting = harvest._in_time([1, 2, 3])

    first = next(waiting)
    pausing.pause(ann, "", timezone.now())

    assert (first, list(waiting)) == (1, [])


def test_the_page_pauses_says_so_everywhere_and_resumes(cloud):
    browser = scene.client(Role.OPERATOR, "ann")

    browser.post("/cloud/pause/", {"reason": "moving <house>"})
    page, overview = (scene.text(browser.get(path)) for path in ("/cloud/", "/"))
    browser.post("/cloud/sync/")
    browser.post("/cloud/resume/")
    after = scene.text(browser.get("/cloud/"))

    assert "ann paused the device cloud. moving <house>" in " ".join(page.split())
    assert "ann paused the device cloud." in overview
    assert "The device cloud is paused: resume it first." in after
    assert "ann paused" not in after
    assert (SyncRun.objects.count(), Project.objects.get().paused_at) == (0, None)


def test_rest_pauses_refuses_a_look_and_resumes(cloud, plug):
    device, _code = plug
    caller = persons.api(Role.OPERATOR)

    paused = caller.post("/api/v1/cloud/pause/", {"reason": "moving"}, format="json").json()
    refused = caller.post(f"/api/v1/devices/{device.device_id}/sync/")
    resumed = caller.post("/api/v1/cloud/resume/").json()

    told = (paused["state"], paused["paused_reason"], resumed["state"], resumed["paused_by"])
    assert told == ("paused", "moving", "ok", "")
    assert (refused.status_code, refused.json()["code"]) == (409, "paused")


@pytest.mark.parametrize("path", ["/cloud/pause/", "/cloud/resume/"])
def test_a_viewer_neither_pauses_nor_resumes(cloud, path):
    codes = (
        scene.client(Role.VIEWER).post(path).status_code,
        persons.api(Role.VIEWER).post(f"/api/v1{path}").status_code,
    )

    assert codes == (403, 403)
