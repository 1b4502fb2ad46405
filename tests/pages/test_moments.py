"""How moments are written."""

from datetime import UTC, datetime, timedelta

import pytest

from pages import moments

NOW = datetime(2026, 11, 21, 12, 3, 7, 214_900, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=1), "now"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 d ago"),
        (timedelta(days=60), "2026-09-22"),
        (timedelta(hours=-6), "in 6 h"),
    ],
)
def test_distances_are_in_their_largest_unit(ago, words):
    assert moments.relative(NOW - ago, NOW) == words


def test_a_stamp_has_milliseconds_and_is_never_rounded_into_the_future():
    assert moments.stamp(NOW) == "2026-11-21T12:03:07.214Z"


def test_the_clouds_milliseconds_and_a_datetime_are_the_same_moment():
    at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    assert moments.moment(1_795_262_400_000) == at == moments.moment(at)
