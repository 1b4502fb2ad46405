"""Searching a name by a part of it: few letters, Chinese words, and an index for each."""

import pytest
from django.db import connection

from devices import filters
from devices.models import Device
from devices.views import listing_address
from pages import keyset
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "devices"),
    [
        ("客厅", ["bf1"]),
        ("厅", ["bf1", "bf2"]),
        ("餐厅灯", ["bf2"]),
        ("sk", ["bf3"]),
        ("SK", ["bf3"]),
        ("aab", []),
        ("ab", []),
        ("%%", []),
        ("bf", ["bf1", "bf2", "bf3"]),
        ("f1", []),
        ("f3x", []),
        ("ß", ["bf2"]),
        ("SS", []),
    ],
)
def test_a_part_of_any_length_is_found(typed, devices):
    scene.device("bf1", "客厅主灯")
    scene.device("bf2", "餐厅灯 ß")
    scene.device("bf3", "Desk lamp A a b")

    found = filters.parse(typed, NOON).apply(Device.objects.all())

    assert sorted(one.device_id for one in found) == devices


@pytest.mark.parametrize(
    ("line", "indexes"),
    [
        ("客厅", {"device_name_letters"}),
        ("q", {"device_name_letters"}),
        ("online:false", {"device_offline"}),
        ("kitchen", {"device_name_part", "device_id_part"}),
        ("name:~kit", {"device_name_part"}),
        ('name:"Kitchen plug"', {"device_name_part"}),
        ("dp:switch_1=true", {"device_by_value"}),
        ("state:removed", {"device_not_present"}),
        ("online:unknown", {"device_online_unknown"}),
    ],
)
def test_an_index_answers_what_would_read_the_whole_fleet(line, indexes):
    found = filters.parse(line, NOON).apply(Device.objects.order_by("name", "id"))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        if indexes & {"device_name_letters", "device_name_part", "device_by_value"}:
            cursor.execute("SET LOCAL enable_indexscan = off")
        plan = found.explain()

    assert {name for name in indexes if name in plan} == indexes


@pytest.mark.parametrize(
    ("typed", "walked"), [("kitchen", False), ("客", False), ("name:~kit", False), ("ki", True)]
)
def test_what_matches_part_of_a_name_is_gathered_not_walked_to(rf, typed, walked):
    asked = listing_address.read(rf.get("/devices/", {"q": typed}), NOON)
    found = asked.found.order_by(*keyset.ordering(asked.order, back=False))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        plan = found[:51].explain()

    assert ("device_by_name" in plan) is walked


def test_one_index_serves_the_newest_event_first_and_last(rf):
    plans = []
    for sort in ("-last_event", "last_event"):
        asked = listing_address.read(rf.get("/devices/", {"sort": sort}), NOON)
        found = asked.found.order_by(*keyset.ordering(asked.order, back=False))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")
            plans.append(found[:51].explain())

    assert ["device_by_last_event" in plan for plan in plans] == [True, True]


def test_gathered_devices_follow_each_other_by_name(rf):
    for number, name in enumerate(("Kitchen c", "Kitchen a", "Kitchen b")):
        scene.device(f"bf{number}", name)
    asked = listing_address.read(rf.get("/devices/", {"q": "kitchen"}), NOON)

    first = keyset.page(asked.found, asked.order, None, 2)
    second = keyset.page(asked.found, asked.order, first.next, 2)
    back = keyset.page(asked.found, asked.order, second.previous, 2)

    names = [[one.name for one in page.rows] for page in (first, second, back)]
    assert names == [["Kitchen a", "Kitchen b"], ["Kitchen c"], ["Kitchen a", "Kitchen b"]]
