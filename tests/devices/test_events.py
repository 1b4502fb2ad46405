"""Writing history: each row once and whole, by the fast way and by the careful one."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from devices.events import Event, moment, store
from devices.models import LogEntry, Provenance

pytestmark = pytest.mark.django_db

AT = 1_795_262_400_000  # 2026-11-21 12:00 UTC


def event(**other):
    given = {"device": 1, "at": AT, "event_id": 7, "provenance": Provenance.LOG, "code": "switch_1"}
    return Event(**(given | other))


def rows():
    names = ("device_id", "event_time", "event_id", "source_id", "code", "value", "raw")
    return list(LogEntry.objects.order_by("device_id", "event_time").values_list(*names))


@pytest.mark.parametrize(
    ("value", "raw", "kept", "text"),
    [
        (True, "true", True, None),
        (1234, "1234", 1234, None),
        (23.5, "23.50", 23.5, "23.50"),
        ("white", "white", "white", None),
        ('say "hi"', 'say "hi"', 'say "hi"', None),
        ("客厅", "客厅", "客厅", None),
        (
            {"h": 1, "v": [2, None]},
            '{"h": 1, "v": [2,null]}',
            {"h": 1, "v": [2, None]},
            '{"h": 1, ',
        ),
        (None, "", None, ""),
        (None, None, None, None),
        ("o\0n", "o\0n", "on", "on"),
        ("a\ud800", None, "a?", None),
        (-(2**70), None, -(2**70), None),
        ("x" * 100_000, None, "x" * 100_000, None),
    ],
)
def test_a_value_comes_back_as_it_was_sent(now, value, raw, kept, text):
    added = store([event(value=value, raw=raw, source_id=1)], now)

    row = LogEntry.objects.get()
    assert added == 1
    assert (row.value, type(row.value)) == (kept, type(kept))
    assert row.raw == text or row.raw.startswith(text)
    assert (row.source_id, row.code, row.event_time, row.received_at) == (
        1,
        "switch_1",
        datetime(2026, 11, 21, 12, tzinfo=UTC),
        now,
    )


def test_what_no_column_holds_is_moved_to_the_nearest_that_it_holds(now):
    store(
        [
            event(at=-5, event_id=99_999, code="c" * 80),
            event(at=10**17, event_id=-99_999, not_before=-1),
        ],
        now,
    )

    assert rows() == [
        (1, datetime(1970, 1, 1, tzinfo=UTC), 32_767, None, "c" * 64, None, None),
        (1, datetime(2200, 1, 1, tzinfo=UTC), -32_768, None, "switch_1", None, None),
    ]


def test_rows_that_come_twice_in_one_batch_are_stored_once(now):
    added = store([event(value=True), event(value=True), event(at=AT + 1, value=False)], now)

    assert added == 2
    assert [row[5] for row in rows()] == [True, False]


def test_rows_that_are_there_already_are_left_and_the_new_ones_added(now):
    store([event(value=True), event(at=AT + 2, value=True)], now)

    added = store([event(at=AT + turn, value=True) for turn in range(4)], now)

    assert added == 2
    assert [row[1] for row in rows()] == [moment(AT + turn) for turn in range(4)]


def test_two_values_of_one_millisecond_are_two_rows(now):
    added = store([event(value=1), event(value=2), event(value=2, source_id=3)], now)

    assert added == 3


@contextmanager
def another_writes(one, now):
    """Another worker has written it, and commits while this one waits for it."""
    written, finish = threading.Event(), threading.Event()

    def other():
        with transaction.atomic():
            store([one], now)
            written.set()
            finish.wait(10)
        connection.close()

    worker = threading.Thread(target=other)
    worker.start()
    written.wait(10)
    threading.Timer(0.3, finish.set).start()
    yield
    worker.join()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_worker_writes_meanwhile_is_there_once_and_nothing_is_lost(now):
    """The other has not committed when this one looks, so the fast way is tried and fails."""
    with transaction.atomic():  # the code has its number: nobody waits for that
        store([event(device=2, value=True)], now)

    with another_writes(event(value=True), now), transaction.atomic():
        added = store([event(value=True), event(at=AT + 1, value=False)], now)

    assert added == 1
    assert [row[:2] + row[5:6] for row in rows()] == [
        (1, moment(AT), True),
        (1, moment(AT + 1), False),
        (2, moment(AT), True),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_code_first_met_beside_a_row_that_another_writes_meanwhile_keeps_its_number(now):
    """The rows are written anew; what the code was given before stays, or none could be read."""
    with transaction.atomic():
        store([event(device=2, value=True)], now)

    with another_writes(event(value=True), now), transaction.atomic():
        added = store([event(value=True), event(at=AT + 1, code="never_met", value=7)], now)

    assert added == 1
    assert [row[:2] + row[4:6] for row in rows()] == [
        (1, moment(AT), "switch_1", True),
        (1, moment(AT + 1), "never_met", 7),
        (2, moment(AT), "switch_1", True),
    ]


@pytest.mark.parametrize("first", [Provenance.LOG, Provenance.POLL])
def test_what_a_poll_inferred_gives_way_to_the_log_whichever_is_first_and_only_then(now, first):
    log, other = event(value=True, source_id=1), event(at=AT + 5000, device=2, value=True)
    polled = event(at=AT + 1000, value=True, provenance=Provenance.POLL, not_before=AT - 1000)
    later = event(at=AT + 9000, value=False, provenance=Provenance.POLL, not_before=AT + 1000)
    batches = [[log, other], [polled, later]]

    for batch in batches if first == Provenance.LOG else reversed(batches):
        store(batch, now)

    kept = LogEntry.objects.order_by("device_id", "event_time")
    assert list(kept.values_list("device_id", "event_time", "provenance", "value")) == [
        (1, moment(AT), Provenance.LOG, True),
        (1, moment(AT + 9000), Provenance.POLL, False),
        (2, moment(AT + 5000), Provenance.LOG, True),
    ]


def test_three_statements_write_a_batch_and_one_more_where_something_was_inferred(now):
    def statements(one):
        with CaptureQueriesContext(connection) as asked:
            store([one], now)
        said = [query["sql"] for query in asked]
        first = next(turn for turn, one in enumerate(said) if "SAVEPOINT written" in one)
        return [one.split()[0] for one in said[first:]]

    store([event(value=True)], now)  # the code has its number
    log, poll = event(device=2, value=True), event(provenance=Provenance.POLL, value=1)
    later = event(device=2, at=AT + 90_000, value=False)

    assert statements(log) == ["SELECT", "COPY", "RELEASE"]
    assert statements(later) == ["SELECT", "COPY", "RELEASE"]
    assert statements(poll)[-2:] == ["RELEASE", "DELETE"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_write_something_else_at_one_place_both_keep_what_they_said(now):
    with transaction.atomic():
        store([event(device=2, value=True)], now)

    with another_writes(event(value=1), now), transaction.atomic():
        added = store([event(value=2)], now)

    assert added == 1
    assert [row[:2] + row[5:6] for row in rows()][:2] == [(1, moment(AT), 1), (1, moment(AT), 2)]


def test_what_is_learned_a_month_late_keeps_when_it_was_learned(now):
    store([event(at=0, value=True, source_id=1, raw="true")], now)

    row = LogEntry.objects.get()
    assert (row.event_time, row.received_at) == (datetime(1970, 1, 1, tzinfo=UTC), now)
