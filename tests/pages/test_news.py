"""What an open page is told when much happens between two looks."""

import json

from pages.news import MOST_IDS, News


def test_what_happens_between_two_looks_is_joined():
    news = News(["devices", "logs"])

    news.add("devices", ["a"])
    news.add("devices", ["b", "a"])
    news.add("logs", ["c"])

    assert json.loads(news.take()) == {"devices": ["a", "b"], "logs": ["c"]}


def test_what_was_taken_is_not_told_again():
    news = News(["devices"])
    news.add("devices", ["a"])
    news.take()

    assert news.take() == "{}"
    assert not news.arrived.is_set()


def test_a_topic_nobody_asked_for_does_not_wake_the_page():
    news = News(["devices"])

    news.add("delivery", ["a"])

    assert not news.arrived.is_set()


def test_more_ids_than_a_page_has_rows_become_many():
    news = News(["devices"])

    news.add("devices", [str(number) for number in range(MOST_IDS + 1)])

    assert json.loads(news.take()) == {"devices": "many"}


def test_after_a_gap_anything_may_have_changed_and_one_id_does_not_hide_that():
    news = News(["devices", "logs"])

    news.anything()
    news.add("devices", ["a"])

    assert json.loads(news.take()) == {"devices": "many", "logs": "many"}
