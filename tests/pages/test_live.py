"""Announcements as a listener hears them, on a second connection."""

import json

import psycopg
import pytest
from django.db import connection, transaction

from pages import hub, live


@pytest.fixture
def ear(transactional_db):
    with psycopg.connect(**hub.address(), autocommit=True) as heard:
        heard.execute(f"LISTEN {live.CHANNEL}")
        yield lambda: [json.loads(one.payload) for one in heard.notifies(timeout=0.5)]


def test_an_announcement_is_heard_at_commit_and_not_before(ear):
    with transaction.atomic():
        live.announce("devices", ["b", "a", "b"])
        before = ear()

    assert before == []
    assert ear() == [{"topic": "devices", "ids": ["a", "b"]}]


def test_what_is_rolled_back_is_never_heard(ear):
    with transaction.atomic():
        live.announce("devices", ["a"])
        transaction.set_rollback(True)

    assert ear() == []


def test_ids_that_do_not_fit_become_many(ear):
    ids = [f"bf{number:020d}" for number in range(1000)]

    live.announce("logs", ids)

    assert ear() == [{"topic": "logs", "ids": "many"}]


def test_a_payload_is_never_too_long_for_postgresql():
    for count in range(0, 800, 7):
        words = live.payload("devices", [f"设备{number}" for number in range(count)])

        assert len(words.encode()) < live.LONGEST


def test_a_topic_that_no_page_knows_is_refused(db):
    with pytest.raises(ValueError, match="no page listens to 'dvices'"):
        live.announce("dvices")

    assert not connection.needs_rollback
