"""Figures of a big fleet: nobody waits for one that was told a moment ago."""

import threading

import pytest
from django.utils.translation import get_language, override

from devices import remembered


@pytest.fixture(autouse=True)
def big(monkeypatch):
    monkeypatch.setattr(remembered, "_known", {})
    monkeypatch.setattr(remembered, "BIG", 1)
    monkeypatch.setattr(remembered, "LIFE_S", 0)


def _told(count):
    """What a reader is told; whoever counts behind it has ended."""
    found = remembered.figure("lamps", count, lambda _found: 1)
    for thread in threading.enumerate():
        if thread.name == "counts lamps":
            thread.join(5)
    return found


def test_what_grew_old_is_told_once_more_and_counted_behind_the_reader_in_their_language():
    counts = iter((1, 2, 3))

    with override("zh-hans"):
        told = [_told(lambda: (next(counts), get_language())) for _ in range(3)]

    assert told == [(1, "zh-hans"), (1, "zh-hans"), (2, "zh-hans")]


def test_what_is_too_old_is_counted_while_the_reader_waits(monkeypatch):
    monkeypatch.setattr(remembered, "LAST_S", 0)
    counts = iter((1, 2))

    assert [_told(lambda: next(counts)) for _ in range(2)] == [1, 2]


def test_what_hardly_changes_is_told_as_it_was_for_longer(monkeypatch):
    monkeypatch.setattr(remembered, "LAST_S", 0)
    monkeypatch.setattr(remembered, "LIFE_S", 3_600)  # nobody counts behind the reader
    counts = iter((1, 2))

    told = [
        remembered.figure("proven", lambda: next(counts), lambda _found: 1, lasts=lasts)
        for lasts in (remembered.LASTS_S, remembered.LASTS_S, 0)
    ]

    assert told == [1, 1, 2]


def test_a_count_that_fails_behind_the_reader_leaves_the_figure_and_a_line_in_the_log(caplog):
    _told(lambda: 1)

    told = [_told(lambda: 1 // 0) for _ in range(2)]

    assert told == [1, 1]
    assert [one.message for one in caplog.records] == ["a figure was not counted"]
