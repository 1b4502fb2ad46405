"""A page of what matches is the same, whether it is sorted when found or walked to."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from devices.views import listing_address, listing_page
from pages import keyset
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db

NAMES = ("Kitchen lamp", "kitchen 客厅", "Kiosk", "Plug", "客厅 lamp", "ski", "Lamp", "lamp K")
LINES = ("lamp", "客厅", "ki", "b", "seen:>2d", "dp:switch_1=true", "online:true lamp")


@pytest.fixture(autouse=True)
def fleet():
    for number, name in enumerate(NAMES):
        told = NOON - timedelta(days=number) if number % 4 else None
        status = {"switch_1": number % 2 == 0}
        scene.device(f"bf{number}", name, last_event_at=told, status=status)
    scene.device("bf9", "Kitchen lamp", state="removed")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("sort", listing_address.ORDERS)
@pytest.mark.parametrize(
    ("most", "few", "near"), [(0, 0, 4), (0, 0, 99), (10_000, 99, 99), (10_000, 1, 4)]
)
def test_pages_follow_each_other_there_and_back(line, sort, most, few, near, monkeypatch):
    for name, number in {"FEW": few, "NEAR": near}.items():
        monkeypatch.setattr(listing_page, name, number)
    asked = listing_address.read(RequestFactory().get("/", {"q": line, "sort": sort}), NOON)
    in_order = list(asked.found.order_by(*keyset.ordering(asked.walked, back=False)))
    pages = []

    first = listing_page.read(asked, (), None, 2, most=most)
    pages.append(first.page)
    while pages[-1].next:
        pages.append(listing_page.read(asked, (), pages[-1].next, 2, most=most).page)
    back = [pages[-1]]
    while back[-1].previous:
        back.append(listing_page.read(asked, (), back[-1].previous, 2, most=most).page)

    assert [one for page in pages for one in page.rows] == in_order
    assert [page.rows for page in reversed(back)] == [page.rows for page in pages]
    assert len(in_order) > 1


def test_what_matches_is_counted_as_far_as_anybody_reads():
    asked = listing_address.read(RequestFactory().get("/", {"q": "dp:switch_1=true"}), NOON)

    told = [listing_page.read(asked, (), None, 2, most=most).matching for most in (10_000, 4, 3)]

    assert told == [4, 4, 4]
    assert listing_page.read(asked, (), None, 2, most=2).matching == 3  # more than two


@pytest.mark.parametrize(
    ("line", "near", "told"),
    [
        ("k", 99, (5, 10_000)),  # a small fleet: all are counted
        ("k", 7, (3, 2)),  # more than the page holds
        ("ski", 7, (1, 10_000)),
        ("online:true k", 7, (2, 1)),
    ],
)
def test_of_one_letter_in_a_big_fleet_only_as_many_as_the_page_holds_are_counted(
    line, near, told, monkeypatch
):
    monkeypatch.setattr(listing_page, "NEAR", near)
    monkeypatch.setattr(listing_page, "FEW", 1)
    asked = listing_address.read(RequestFactory().get("/", {"q": line}), NOON)

    listed = listing_page.read(asked, (), None, 2, most=10_000)

    assert (listed.matching, listed.most) == told


def test_a_device_that_fits_in_several_ways_is_counted_once():
    scene.device("kiosk1", "Kiosk 2", uuid="kiosk")
    asked = listing_address.read(RequestFactory().get("/", {"q": "kiosk"}), NOON)

    listed = listing_page.read(asked, (), None, 9, most=10_000)

    assert (listed.matching, [one.name for one in listed.page.rows]) == (2, ["Kiosk", "Kiosk 2"])
