"""Walking a list by key, forwards and back, over ties and empty values."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from devices.models import Device
from pages import keyset

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BY_NAME = keyset.Order("name")
BY_EVENT = keyset.Order("last_event_at", descending=True, nullable=True, kind=datetime)


@pytest.fixture
def devices(db):
    rows = [
        Device(
            device_id=f"d{number}",
            name=f"lamp {number // 3}",  # ties of three
            last_event_at=None if number % 4 == 0 else NOW - timedelta(minutes=number // 2),
            first_seen_at=NOW,
            last_seen_at=NOW,
            state_since=NOW,
        )
        for number in range(20)
    ]
    return Device.objects.bulk_create(rows)


def walk(order, size, start=None, way="next"):
    cursor, pages = start, []
    while True:
        page = keyset.page(Device.objects.all(), order, cursor, size)
        pages.append(page)
        cursor = getattr(page, way)
        if cursor is None:
            return pages


@pytest.mark.parametrize(
    "order",
    [
        BY_NAME,
        BY_EVENT,
        keyset.Order("name", descending=True),
        keyset.Order("last_event_at", nullable=True, kind=datetime),
        replace(BY_EVENT, turned=True),
        replace(BY_NAME, turned=True),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7, 20, 25])
def test_every_row_is_met_once_in_order_and_the_way_back_is_the_same(devices, order, size):
    expected = [row.pk for row in Device.objects.order_by(*keyset.ordering(order, back=False))]

    there = walk(order, size)
    back = walk(order, size, there[-1].previous, "previous") if there[-1].previous else []

    assert [row.pk for page in there for row in page.rows] == expected
    assert [row.pk for page in reversed(back) for row in page.rows] == (
        expected[: -len(there[-1].rows)] if back else []
    )


def test_an_order_that_is_turned_is_the_other_one_from_its_end(devices):
    there = [row.pk for page in walk(BY_EVENT, 7) for row in page.rows]
    turned = [row.pk for page in walk(replace(BY_EVENT, turned=True), 7) for row in page.rows]

    assert turned == list(reversed(there))


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after(devices):
    pages = walk(BY_NAME, 7)

    assert pages[0].previous is None
    assert pages[-1].next is None


def forged(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "!", "e30", "bnVsbA", "é", forged(False, "a"), forged("no", "a", 1), forged(False, 7, 1),
        forged(False, "a", 2**70), forged(False, "a", True), forged(False, None, 1),
        forged(False, "\0", 1), forged(False, "\ud800", 1), forged(False, "a", -1), "[" * 5000,
    ],
)  # fmt: skip
def test_a_broken_cursor_shows_the_first_page_and_says_so(devices, cursor):
    page = keyset.page(Device.objects.all(), BY_NAME, cursor, 3)

    assert page.broken
    assert [row.name for row in page.rows] == ["lamp 0", "lamp 0", "lamp 0"]


@pytest.mark.parametrize("text", ["", None, "0", "-1", "51", "1000000", "abc"])
def test_a_page_size_that_is_none_of_ours_is_the_usual_one(text):
    assert keyset.size_of(text) == 50
