"""The device page and its tabs, and the points of its chart."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.history import milliseconds
from devices.views.detail import TABS
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON

# session, user with rights; the device with all that stands above its tabs; latest rows,
# cells of USH, earlier values of the rows; parked
QUERIES = 7

ADDRESSES = ["/devices/bf01/", *(f"/devices/bf01/{tab.name}/" for tab in TABS if tab.name)]


@pytest.fixture
def viewer(db):
    return scene.client(Role.VIEWER)


def told(answer):
    return answer.content.decode()


@pytest.mark.parametrize("address", [*ADDRESSES, "/devices/bf01/history.json?code=switch_led"])
def test_an_outsider_is_led_to_sign_in_and_a_person_without_a_role_reads_why(db, address):
    scene.device()

    assert Client().get(address).status_code == 302
    assert scene.client(None).get(address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "given", [{}, {"status": {"x": [1], "y": None}, "stamps": {}, "product": None}]
)
def test_every_tab_opens_even_for_a_device_of_which_nothing_is_known(viewer, address, given):
    scene.device(**given)

    answer = viewer.get(address)

    assert answer.status_code == 200
    assert told(answer).count('aria-current="page"') == 2  # the place, and the tab


@pytest.mark.parametrize("count", [1, 50])
def test_one_event_and_fifty_cost_the_same(viewer, count):
    device = scene.device(status={f"code_{number}": number for number in range(count)})
    scene.proven(device, (NOON - timedelta(days=1), NOON))
    scene.events(device, count)

    with CaptureQueriesContext(connection) as queries:
        answer = viewer.get("/devices/bf01/")

    assert answer.context["cards"][0].reading.raw == 0
    assert len(queries) == QUERIES, "\n".join(one["sql"][:150] for one in queries)


@pytest.mark.parametrize("address", ["nobody/", "%00/", "a%00b/history/", "%00/history.json"])
def test_an_unknown_device_is_a_page_in_words(viewer, address):
    answer = viewer.get(f"/devices/{address}")

    assert answer.status_code == 404
    assert "There is nothing at this address" in told(answer)


def test_a_card_tells_value_unit_moment_and_how_fleet_knows(viewer):
    at = milliseconds(NOON)
    scene.device(status={"temp_current": 223}, stamps={"temp_current": [at, at, 3]})

    (card,) = viewer.get("/devices/bf01/").context["cards"]

    assert (card.reading.text, card.changed_ms, card.provenance) == ("22.3 °C", at, "poll")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_local_key_is_on_no_tab(db, address):
    scene.device(local_key="very-secret-key", status={"switch_led": True})

    page = told(scene.client(Role.ADMIN).get(address))

    assert "very-secret-key" not in page


def test_the_events_tab_pages_back_through_time(viewer):
    device = scene.device()
    scene.events(device, 60)
    everything = "start=2026-11-01T00:00:00Z&end=2026-12-01T00:00:00Z&size=25"

    first = viewer.get(f"/devices/bf01/events/?{everything}")
    second = viewer.get(f"/devices/bf01/events/?{everything}&before={first.context['older']}")
    third = viewer.get(f"/devices/bf01/events/?{everything}&before={second.context['older']}")

    values = [line.row.value for page in (first, second, third) for line in page.context["lines"]]
    assert values == list(range(60))
    assert third.context["older"] is None


def test_bad_input_on_the_events_tab_is_answered_in_words(viewer):
    scene.device()

    answer = viewer.get("/devices/bf01/events/?before=nonsense")

    assert answer.status_code == 200
    assert answer.context["problems"]


def test_a_gateway_lists_its_children_and_a_lamp_has_no_such_tab(viewer):
    scene.device("bf01", "Gateway")
    scene.device("bf02", "Sensor", sub=True, gateway_id="bf01")

    gateway = viewer.get("/devices/bf01/sub-devices/")
    sensor = viewer.get("/devices/bf02/")

    assert [row.device.name for row in gateway.context["rows"]] == ["Sensor"]
    assert "sub-devices" not in [tab.name for tab in sensor.context["tabs"]]
    assert sensor.context["gateway"].name == "Gateway"


def test_the_operations_tab_tells_what_was_asked(db):
    viewer = scene.client(Role.MANAGER)
    order = scene.operation(viewer.user, "refused")
    device_id = f"op{order.pk}x0"

    page = told(viewer.get(f"/devices/{device_id}/operations/"))

    assert f'href="/operations/{order.pk}/"' in page
    assert "room change" in page
    assert 'data-state="refused"' in page


def points(viewer, **query):
    return viewer.get("/devices/bf01/history.json", query)


def test_a_chart_has_scaled_points_a_unit_and_gaps_with_their_reason(viewer):
    device = scene.device(status={"temp_current": 223}, first_seen_at=NOON - timedelta(days=30))
    scene.proven(device, (NOON - timedelta(hours=2), NOON), since=NOON - timedelta(days=30))
    scene.event(device, NOON - timedelta(minutes=30), 7, "temp_current", 215)
    scene.event(device, NOON - timedelta(minutes=10), 7, "temp_current", 223)

    drawn = points(
        viewer,
        code="temp_current",
        start=(NOON - timedelta(hours=3)).isoformat(),
        end=NOON.isoformat(),
    ).json()

    start = milliseconds(NOON - timedelta(hours=3))
    assert (drawn["kind"], drawn["unit"], drawn["buckets"]) == ("line", "°C", [])
    assert drawn["points"] == [
        [milliseconds(NOON - timedelta(minutes=30)), 21.5],
        [milliseconds(NOON - timedelta(minutes=10)), 22.3],
    ]
    assert drawn["gaps"] == [[start, milliseconds(NOON - timedelta(hours=2)), "not read yet"]]


def test_what_happened_besides_reports_stands_on_the_charts_axis(viewer):
    device = scene.device(status={"temp_current": 223})
    moments = [NOON - timedelta(minutes=minute) for minute in range(5, 0, -1)]
    renamed = {"from": "Lamp", "to": "Desk lamp"}
    for at, (event_id, source, value) in zip(
        moments,
        [(2, None, None), (1, 1, None), (8, 1, -70), (-1, None, renamed), (4, 6, None)],
        strict=True,
    ):
        scene.event(device, at, event_id, value=value, source=source)
    scene.event(device, moments[0], 7, "temp_current", 215)

    drawn = points(viewer, code="temp_current", end=NOON.isoformat()).json()

    assert drawn["events"] == [
        [milliseconds(moments[0]), 2, "offline"],
        [milliseconds(moments[1]), 1, "online (device itself)"],
        [milliseconds(moments[3]), -5, "renamed by somebody else"],
        [milliseconds(moments[3]), -1, "renamed: Lamp → Desk lamp"],
        [milliseconds(moments[4]), -5, "reset in the app by its owner"],
        [milliseconds(moments[4]), 4, "reset (factory reset in the app)"],
    ]


def test_a_switch_holds_the_value_that_it_had_when_the_range_began(viewer):
    device = scene.device(status={"switch_led": True})
    scene.proven(device, (NOON - timedelta(days=7), NOON))
    scene.event(device, NOON - timedelta(hours=5), 7, "switch_led", value=True)

    drawn = points(
        viewer,
        code="switch_led",
        start=(NOON - timedelta(hours=1)).isoformat(),
        end=NOON.isoformat(),
    ).json()

    assert drawn["kind"] == "step"
    assert drawn["points"] == [[milliseconds(NOON - timedelta(hours=1)), True]]


def test_without_a_specification_texts_that_spell_numbers_are_drawn_as_numbers(viewer):
    device = scene.device(product=None)
    scene.event(device, NOON - timedelta(minutes=2), 7, "odd", "12")

    drawn = points(
        viewer,
        code="odd",
        start=(NOON - timedelta(hours=1)).isoformat(),
        end=NOON.isoformat(),
    ).json()

    assert (drawn["kind"], [value for _at, value in drawn["points"]]) == ("line", [12.0])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": ""},
        {"code": "x" * 65},
        {"code": "a\0"},
        {"code": "a", "start": "yesterday"},
        {"code": "a", "start": "2026-11-21T12:00:00Z", "end": "2026-11-21T12:00:00Z"},
        {"code": "a", "start": "2020-01-01T00:00:00Z", "end": "2026-11-21T12:00:00Z"},
        {"code": "a", "start": "2990-01-01T00:00:00Z"},
        {"code": "a", "points": "0"},
        {"code": "a", "points": "1000000"},
    ],
)
def test_a_chart_that_makes_no_sense_is_refused_by_name(viewer, query):
    scene.device()

    answer = points(viewer, **query)

    assert answer.status_code == 400
    assert answer.json()["problems"]


def test_a_refresh_brings_only_the_part_that_follows(viewer):
    scene.device(last_event_at=timezone.now())

    answer = viewer.get(
        "/devices/bf01/", headers={"HX-Request": "true", "HX-Target": "device-part"}
    )

    assert told(answer).lstrip().startswith('<div id="device-part"')


@pytest.mark.parametrize(
    "address", ["at=yesterday", "at=%00", "start=x&at=2026-11-20T10:00", "before=x"]
)
def test_an_address_of_the_events_that_makes_no_sense_is_answered_in_words(viewer, address):
    scene.device()

    answer = viewer.get(f"/devices/bf01/events/?{address}")

    assert answer.status_code == 200
    assert len(answer.context["problems"]) == 1
    assert answer.context["problems"][0] in scene.text(answer)
