"""The first page: figures that are counted, never guessed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices import census, history, overview, remembered
from devices.events import millis
from devices.models import Coverage, Device, LetGo, SyncRun
from devices.views import standing
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON, text

# session, user with rights; tally by category; reports of the hour;
# live and waiting orders with failed items; resets that were not ours, endangered; proven history;
# cells, sink; newest rows with device and product, their earlier values; the last run; hours; the
# last complete look; parked
QUERIES = 16


@pytest.fixture
def viewer(db):
    return scene.client(Role.VIEWER)


def test_an_outsider_is_led_to_sign_in(db):
    answer = Client().get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/")


def test_somebody_without_a_role_reads_why_they_may_not(db):
    assert scene.client(None).get("/").status_code == 403


@pytest.mark.parametrize("count", [1, 50])
def test_one_device_and_fifty_cost_the_same(viewer, count):
    for device in scene.devices(count):
        scene.event(device, code="switch_led", value=True)

    with CaptureQueriesContext(connection) as queries:
        answer = viewer.get("/")

    assert answer.context["whole"].total == count
    assert len(queries) == QUERIES, "\n".join(one["sql"][:150] for one in queries)


def test_an_empty_fleet_says_what_to_expect(viewer):
    page = viewer.get("/").content.decode()

    assert "No devices yet" in page
    assert "Nothing needs a person now." in page


def test_states_are_counted_apart_and_removed_and_retired_devices_not_at_all(db):
    scene.device("a", online=True)
    scene.device("b", online=False)
    scene.device("c", online=None)
    scene.device("d", state="missing")
    scene.device("e", state="removed")
    scene.device("f", category="cz", online=False)
    scene.device("g", category="cz", online=True, retired_at=scene.NOON)

    tallies = census.by_category()

    assert tallies == [
        census.Tally("dj", 4, online=1, offline=1, unknown=1, missing=1, removed=1, retired=0),
        census.Tally("cz", 1, online=0, offline=1, unknown=0, missing=0, removed=0, retired=1),
    ]
    assert census.whole(tallies) == census.Tally("", 5, 1, 2, 1, 1, 1, 1)


def test_activity_counts_reports_by_minute_and_only_reports(db):
    device = scene.device()
    for seconds in (30, 45, 61, 3599, 3601):
        scene.event(device, NOON - timedelta(seconds=seconds), 7, "switch_led", value=True)
    scene.event(device, NOON - timedelta(seconds=90), 1)

    activity = overview.activity(NOON)

    assert (activity.minutes[59], activity.minutes[58], activity.minutes[0]) == (2, 1, 1)
    assert sum(activity.minutes) == 4
    assert activity.rate == 0.2


def test_the_reports_of_a_busy_fleet_are_counted_once_in_a_few_seconds(db, monkeypatch):
    monkeypatch.setattr(remembered, "BIG", 1)
    monkeypatch.setattr(remembered, "_known", {})
    device = scene.device()
    told = []
    for seconds in (30, 31):
        scene.event(device, NOON - timedelta(seconds=seconds), 7, "switch_led", value=True)
        told.append(sum(overview.lately_active(NOON).minutes))
    monkeypatch.setattr(remembered, "BIG", 3)
    monkeypatch.setattr(remembered, "_known", {})
    told.append(sum(overview.lately_active(NOON).minutes))

    assert told == [1, 1, 2]


def test_the_proven_share_counts_what_is_owed_and_what_was_read_before(db):
    half = scene.device("a")
    scene.proven(half, (NOON - timedelta(days=7), NOON - timedelta(days=3, hours=12)))
    young = scene.device("b")  # owed for a day, and its log told a day more
    day = timedelta(days=1)
    scene.proven(young, (NOON - 2 * day, NOON), since=NOON - day)

    share = overview.proven(NOON)

    assert share == pytest.approx(100 * (3.5 + 2) / (7 + 2))


def test_a_log_that_was_never_read_is_owed_as_far_back_as_the_vendor_holds_it(db):
    day = timedelta(days=1)
    scene.proven(scene.device("read"), (NOON - 7 * day, NOON))
    scene.proven(scene.device("never"), since=NOON)
    scene.proven(scene.device("new", active_at=NOON - day), since=NOON)
    scene.proven(scene.device("without", logs_supported=False), since=NOON)

    assert overview.proven(NOON) == pytest.approx(100 * 7 / (7 + 7 + 1))


def test_nothing_owed_is_not_called_proven(db):
    scene.device()

    assert overview.proven(NOON) is None


def test_a_reset_that_nobody_here_asked_for_needs_a_person(db):
    now = timezone.now()  # of which the page tells the last day
    viewer = scene.client(Role.MANAGER)
    ours = scene.operation(viewer.user, "accepted", at=now - timedelta(hours=1)).items.get().device
    scene.event(ours, now - timedelta(minutes=50), 4, source=4)
    scene.event(scene.device("theirs", "Hall lamp"), now - timedelta(minutes=50), 4, source=6)
    scene.event(scene.device("long-ago"), now - timedelta(days=2), 4, source=6)

    found = overview.others(now)
    page = text(viewer.get("/"))

    told = [(row.device.device_id, row.source_id, row.value) for row in found.latest]
    assert (found.devices, told) == (1, [("theirs", 6, {"what": "reset"})])
    assert "1 device was reset, removed or renamed in the last day, not by us" in page
    assert "Hall lamp : reset in the app by its owner" in page


def test_devices_whose_log_was_not_read_for_six_days_are_endangered(db):
    scene.device("read", harvested_at=NOON - timedelta(hours=1))
    scene.device("late", harvested_at=NOON - timedelta(days=6, hours=1))
    scene.device("never", harvested_at=None)
    scene.device("new", harvested_at=None, first_seen_at=NOON)
    scene.device("silent", harvested_at=None, logs_supported=False)

    assert overview.endangered(NOON) == 2


def test_what_waits_and_what_failed_is_linked(db):
    viewer = scene.client(Role.MANAGER)
    scene.operation(viewer.user, "queued", state="awaiting_approval")

    page = viewer.get("/").content.decode()

    assert "1 operation waits for approval" in page
    assert 'href="/operations/' in page


def test_a_ledger_that_reaches_beyond_now_proves_no_more_than_all(db):
    device = scene.device()
    Coverage.objects.create(
        device=device,
        since=NOON - timedelta(days=9),
        complete=[[millis(NOON - timedelta(days=9)), millis(NOON + timedelta(hours=1))]],
    )

    assert overview.proven(NOON) == pytest.approx(100)


@pytest.mark.django_db
def test_a_look_that_failed_needs_a_person():
    SyncRun.objects.create(kind="sync", outcome="failed", started_at=NOON, finished_at=NOON)

    page = text(scene.client().get("/"))

    assert "The last look at the cloud failed." in page
    assert "Nothing needs a person now." not in page


def test_a_big_fleet_is_counted_once_in_a_few_seconds(db, monkeypatch):
    monkeypatch.setattr(remembered, "BIG", 2)
    monkeypatch.setattr(remembered, "_known", {})
    scene.device("bf1")
    scene.device("bf2")
    before = census.whole(census.by_category()).total
    scene.device("bf3")

    after = census.whole(census.by_category()).total
    monkeypatch.setattr(remembered, "LIFE_S", 0)
    monkeypatch.setattr(remembered, "_known", {})
    anew = census.whole(census.by_category()).total

    assert (before, after, anew) == (2, 2, 3)


def test_what_retention_deleted_is_held_no_more(db):
    device = scene.device("bf1")
    scene.proven(device, (NOON - timedelta(days=7), NOON), since=NOON - timedelta(days=30))
    LetGo.objects.create(event_id=history.REPORT, before=NOON - timedelta(days=3, hours=12))
    LetGo.objects.create(event_id=1, before=NOON)

    kept = Device.objects.with_books().get()

    assert overview.proven(NOON) == pytest.approx(50)
    assert standing.ribbon(kept, NOON).percent == "50"
