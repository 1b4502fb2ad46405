"""Devices that came back under another id: offered, joined by a person only, read as one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from devices import history, pairing, series
from devices.history import milliseconds
from devices.models import Device, LogEntry
from people.models import Deed
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.people import persons

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINE = {"uuid": "u1", "sn": "s1", "mac": "m1"}


def left(device_id="old1", name="Old lamp", **given):
    return scene.device(device_id, name, **{"state": "removed", "uuid": "u1"} | given)


def came(device_id="new1", name="New lamp", **given):
    return scene.device(device_id, name, **{"uuid": "u1"} | given)


def ids(devices):
    return [one.device_id for one in devices]


@pytest.mark.parametrize("state", ["missing", "removed"])
@pytest.mark.parametrize("mark", ["uuid", "sn", "mac"])
def test_one_equal_mark_of_a_device_that_left_is_an_offer(state, mark):
    old = scene.device("old1", state=state, **{mark: MINE[mark]})
    new = scene.device("new1", **MINE)

    assert ids(pairing.possible_predecessors(new)) == ["old1"]
    assert ids(pairing.possible_successors(old)) == ["new1"]
    assert pairing.alike(new, old) == [mark]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"state": "removed"}, {}),
        ({"state": "removed", "uuid": ""}, {"uuid": ""}),
        ({"state": "removed", "uuid": "a"}, {"uuid": "b"}),
        ({"state": "removed", "uuid": "a"}, {"sn": "a"}),
        ({"state": "present", "uuid": "a"}, {"uuid": "a"}),
        ({"state": "removed", "uuid": "a"}, {"uuid": "a", "state": "removed"}),
    ],
)
def test_empty_marks_other_marks_and_devices_still_there_are_none(old, new):
    old, new = scene.device("old1", **old), scene.device("new1", **new)

    assert pairing.possible_predecessors(new) == []
    assert pairing.possible_successors(old) == []


def test_what_is_joined_is_offered_no_more():
    old = left()
    came("new1", predecessor=old)
    other = came("new2")

    assert pairing.possible_predecessors(other) == []
    assert pairing.possible_successors(old) == []


def test_a_device_without_any_mark_costs_no_question(django_assert_num_queries):
    device = scene.device()

    with django_assert_num_queries(0):
        assert pairing.possible_predecessors(device) == []


def test_descent_is_followed_to_its_beginning_and_a_ring_ends():
    first = left("a")
    second = left("b", predecessor=first)
    third = came("c", predecessor=second)

    straight = ids(pairing.lineage(third))
    Device.objects.filter(pk=first.pk).update(predecessor=third)
    ring = ids(pairing.lineage(third))

    assert (straight, ring) == (["b", "a"], ["b", "a"])


def link(device_id, predecessor, role=Role.OPERATOR, **limits):
    api = persons.api(role, **limits)
    return api.post(f"/api/v1/devices/{device_id}/link/", {"predecessor": predecessor})


def test_rest_tells_the_offer_joins_and_parts():
    left(name="Old lamp", **MINE)
    came(uuid="u1", mac="m1")
    api = persons.api(Role.OPERATOR)

    before = api.get("/api/v1/devices/new1/").json()
    joined = link("new1", "old1").json()
    again = link("new1", "old1").json()
    parted = link("new1", None).json()

    offer = [{"device_id": "old1", "name": "Old lamp", "state": "removed", "same": ["uuid", "mac"]}]
    told = [(one["predecessor"], one["possible_predecessors"]) for one in (before, joined, again)]
    assert told == [(None, offer), ("old1", []), ("old1", [])]
    assert (parted["predecessor"], parted["possible_predecessors"]) == (None, offer)
    assert list(Deed.objects.order_by("pk").values_list("what", "about")) == [
        ("joined", "new1 New lamp ← old1 Old lamp"),
        ("parted", "new1 New lamp ← old1 Old lamp"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"uuid": "other"}, {}, "The two share neither uuid, sn nor mac."),
        ({"state": "present"}, {}, "The older device is still in the cloud."),
        ({}, {"state": "missing"}, "The newer device is not in the cloud."),
    ],
)
def test_what_cannot_be_one_is_not_joined(old, new, words):
    left(**old)
    came(**new)

    answer = link("new1", "old1")

    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_join")
    assert answer.json()["detail"] == words
    assert not Device.objects.exclude(predecessor=None).exists()
    assert Deed.objects.count() == 0


def test_a_device_has_one_predecessor_and_one_successor():
    old, older = left("old1"), left("old2")
    came("new1", predecessor=old)
    came("new2")

    second, stolen = link("new1", older.device_id), link("new2", "old1")

    assert [one.status_code for one in (second, stolen)] == [409, 409]
    assert "has a predecessor already" in second.json()["detail"]
    assert "continued by another one" in stolen.json()["detail"]


def test_a_device_never_continues_itself():
    new = came("new1")
    left("old1", predecessor=new)

    assert link("new1", "new1").status_code == 409
    assert "itself continues" in link("new1", "old1").json()["detail"]


@pytest.mark.parametrize(
    ("device_id", "body", "status"),
    [
        ("new1", {"predecessor": "nobody"}, 400),
        ("new1", {}, 400),
        ("new1", {"predecessor": "x" * 65}, 400),
        ("nobody", {"predecessor": "old1"}, 404),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(device_id, body, status):
    left()
    came()

    answer = persons.api(Role.OPERATOR).post(f"/api/v1/devices/{device_id}/link/", body)

    assert answer.status_code == status


def test_a_viewer_reads_the_offer_but_does_not_join():
    left()
    came()
    viewer = scene.client(Role.VIEWER)

    answers = [link("new1", "old1", Role.VIEWER), viewer.post("/devices/new1/link/")]
    page = viewer.get("/devices/new1/")

    assert [one.status_code for one in answers] == [403, 403]
    assert "This may be an older device that was paired anew: Old lamp old1" in scene.text(page)
    assert "Join them" not in scene.text(page)


def test_both_pages_offer_and_a_person_joins_and_parts():
    left()
    came()
    operator = scene.client(Role.OPERATOR)

    new, old = (scene.text(operator.get(f"/devices/{one}/")) for one in ("new1", "old1"))
    joined = operator.post("/devices/new1/link/", {"predecessor": "old1"}, follow=True)
    gone = scene.text(operator.get("/devices/old1/"))
    parted = operator.post("/devices/new1/link/", {"predecessor": ""}, follow=True)

    assert "paired anew: Old lamp old1 (same uuid) Join them" in new
    assert "back under another id: New lamp new1 (same uuid) Join them" in old
    assert "It continues an older device: Old lamp old1 Part them" in scene.text(joined)
    assert "It goes on under another id: New lamp new1" in gone
    assert "Join them" not in scene.text(joined) + gone
    assert "The two are parted." in scene.text(parted)


def test_an_id_that_no_database_could_hold_is_an_unknown_one():
    came()

    page = scene.client(Role.OPERATOR).post(
        "/devices/new1/link/", {"predecessor": "a\0b"}, follow=True
    )

    assert "Fleet knows no device with this id." in scene.text(page)


def test_a_refusal_is_read_on_the_page():
    left(state="present")
    came()

    answer = scene.client(Role.OPERATOR).post(
        "/devices/new1/link/", {"predecessor": "old1"}, follow=True
    )

    assert "The older device is still in the cloud." in scene.text(answer)


@pytest.mark.parametrize("count", [1, 9])
def test_one_offer_and_nine_cost_the_same(count):
    for number in range(count):
        left(f"old{number}")
    came()
    viewer = scene.client()
    viewer.get("/devices/new1/")

    with CaptureQueriesContext(connection) as queries:
        page = viewer.get("/devices/new1/")

    assert len(page.context["offers"]) == count
    # what tests/devices/views/test_detail.py counts, without rows and their values, and the offers
    assert len(queries) == 7, "\n".join(one["sql"][:150] for one in queries)


@pytest.fixture
def pair():
    """An old device that left two days ago, and what it became a day ago, with a row each."""
    old = left(first_seen_at=NOON - 9 * DAY, state_since=NOON - 2 * DAY)
    new = came(
        first_seen_at=NOON - DAY,
        active_at=NOON - DAY,
        predecessor=old,
        status={"temp_current": 223},
    )
    scene.proven(old, (NOON - 9 * DAY, NOON - 2 * DAY), since=NOON - 9 * DAY)
    scene.proven(new, (NOON - 3 * DAY, NOON), since=NOON - DAY)
    scene.event(old, NOON - 3 * DAY, 7, "temp_current", 100)
    scene.event(new, NOON - timedelta(hours=2), 7, "temp_current", 223)
    return new, old


def test_the_events_tab_shows_both_when_asked(pair):
    viewer = scene.client()
    span = {"start": (NOON - 7 * DAY).isoformat(), "end": NOON.isoformat()}

    alone = viewer.get("/devices/new1/events/", span)
    both = viewer.get("/devices/new1/events/", span | {"with": "predecessor"})

    assert [line.device.device_id for line in alone.context["lines"]] == ["new1"]
    assert [line.device.device_id for line in both.context["lines"]] == ["new1", "old1"]
    assert escape(f"?{urlencode(span | {'with': 'predecessor'})}") in alone.content.decode()
    assert "Only this device" in scene.text(both)
    assert LogEntry.objects.of(pair[0]).count() == 1  # the rows stay where they are


def test_the_chart_draws_both_and_hatches_the_time_between(pair):
    viewer = scene.client()
    query = {
        "code": "temp_current",
        "start": (NOON - 4 * DAY).isoformat(),
        "end": NOON.isoformat(),
    }

    alone = viewer.get("/devices/new1/history.json", query).json()
    both = viewer.get("/devices/new1/history.json", query | {"with": "predecessor"}).json()

    assert [value for _at, value in alone["points"]] == [22.3]
    assert [value for _at, value in both["points"]] == [10.0, 22.3]
    assert both["gaps"] == [
        [milliseconds(NOON - 2 * DAY), milliseconds(NOON - DAY), "between two pairings"]
    ]


def test_rest_reads_both_as_one_when_asked(pair):
    api = persons.api(Role.VIEWER)
    span = (
        f"code=temp_current&start={NOON - 4 * DAY:%Y-%m-%dT%H:%M:%SZ}&end={NOON:%Y-%m-%dT%H:%M:%SZ}"
    )
    logs, past = f"/api/v1/devices/new1/logs/?{span}", f"/api/v1/devices/new1/history/?{span}"

    alone, both = api.get(logs).json(), api.get(f"{logs}&with=predecessor").json()
    drawn, nonsense = api.get(f"{past}&with=predecessor").json(), api.get(f"{logs}&with=all")

    assert [row["device_id"] for row in alone["results"]] == ["new1"]
    assert [row["device_id"] for row in both["results"]] == ["new1", "old1"]
    assert [one["value"] for one in drawn["points"]] == [10.0, 22.3]
    assert [gap["reason"] for gap in drawn["gaps"]] == ["between two pairings"]
    assert nonsense.status_code == 400


def test_three_generations_are_read_as_one(pair):
    new, old = pair
    oldest = left("older", first_seen_at=NOON - 20 * DAY, state_since=NOON - 10 * DAY)
    Device.objects.filter(pk=old.pk).update(predecessor=oldest)
    scene.proven(oldest, (NOON - 20 * DAY, NOON - 10 * DAY), since=NOON - 20 * DAY)

    gaps = history.gaps(
        new, NOON - 30 * DAY, NOON, NOON, pairing.lineage(Device.objects.get(pk=new.pk))
    )

    days = [
        (round((NOON.timestamp() * 1000 - at) / 86_400_000) for at in (gap.start, gap.end))
        for gap in gaps
    ]
    assert [(*span, gap.reason) for span, gap in zip(days, gaps, strict=True)] == [
        (30, 20, series.BEFORE_FLEET),
        (10, 9, series.BETWEEN),
        (2, 1, series.BETWEEN),
    ]


def test_what_the_older_one_still_owes_is_no_time_between():
    gap = series.Gap

    found = series.continued(
        [gap(0, 50, series.BEFORE_FLEET), gap(60, 70, "not read yet")],
        [gap(10, 40, series.NOT_READ_YET), gap(42, 60, "too old")],
        begins=50,
        left=30,
    )

    assert found == [
        gap(10, 30, series.NOT_READ_YET),
        gap(30, 40, series.BETWEEN),
        gap(42, 50, "too old"),
        gap(60, 70, "not read yet"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_join_one_old_device_at_once_make_one_pair():
    left()
    came("new1")
    came("new2")
    clients = {name: scene.client(Role.OPERATOR, name) for name in ("ann", "bob")}
    start = Barrier(2)

    def press(name, device_id):
        start.wait(10)
        clients[name].post(f"/devices/{device_id}/link/", {"predecessor": "old1"})
        connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(press, ("ann", "bob"), ("new1", "new2")))

    assert Device.objects.exclude(predecessor=None).count() == 1
    assert Deed.objects.count() == 1
