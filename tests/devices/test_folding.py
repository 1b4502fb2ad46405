"""Flapping is folded, everything else is left as it is."""

from datetime import UTC, datetime, timedelta

from devices.folding import Fold, Told, fold

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def told(number, seconds, who="lamp", code="switch", event=7):
    return Told(who, event, code, NOON - timedelta(seconds=seconds), number)


def test_four_of_the_same_within_a_minute_are_one_and_others_between_stay():
    rows = [told(1, 0), told(2, 10), told(3, 11, code="bright"), told(4, 20), told(5, 30)]

    assert fold(rows) == [
        Fold(1, (2, 4, 5), NOON - timedelta(seconds=30)),
        Fold(3),
    ]


def test_three_are_left_and_so_is_what_took_longer_than_a_minute():
    few = [told(1, 0), told(2, 1), told(3, 2)]
    slow = [told(1, 0), told(2, 30), told(3, 61), told(4, 90), told(5, 121)]

    assert [one.count for one in fold(few)] == [1, 1, 1]
    assert [one.count for one in fold(slow)] == [1, 1, 1, 1, 1]


def test_online_and_offline_fold_together_and_resets_never():
    rows = [told(n, n, code="", event=1 + n % 2) for n in range(4)]
    resets = [told(n, n, code="", event=4) for n in range(9)]

    assert [one.count for one in fold(rows)] == [4]
    assert [one.count for one in fold(resets)] == [1] * 9


def test_two_devices_do_not_fold_together():
    rows = [told(n, n, who=n % 2) for n in range(6)]

    assert [one.count for one in fold(rows)] == [1] * 6
