from datetime import UTC, datetime, timedelta, timezone

from rest.times import stamp, stamp_ms


def test_a_time_is_written_in_utc_with_milliseconds():
    china = timezone(timedelta(hours=8))

    assert stamp(datetime(2026, 11, 21, 8, 0, 0, 999_999, tzinfo=china)) == (
        "2026-11-21T00:00:00.999Z"
    )
    assert stamp(datetime(2026, 11, 21, tzinfo=UTC)) == "2026-11-21T00:00:00.000Z"
    assert stamp(None) is None


def test_milliseconds_are_written_the_same_way():
    assert stamp_ms(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"
    assert stamp_ms(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"
    assert stamp_ms(-1) == "1969-12-31T23:59:59.999Z"
    assert stamp_ms(None) is None
