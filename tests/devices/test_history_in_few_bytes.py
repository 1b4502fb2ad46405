"""The history of an older Fleet is written anew: nothing is lost, nothing stands there twice."""

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from devices.events import Event, store
from devices.models import LogEntry, Provenance

AT = datetime(2026, 10, 31, 23, 59, 59, 999_000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
OLD = importlib.import_module("devices.migrations.0002_history")
NEW = importlib.import_module("devices.migrations.0016_history_in_few_bytes")
MONTH = """
    CREATE TABLE devices_logentry_2026_10 PARTITION OF devices_logentry
    FOR VALUES FROM ('2026-10-01 00:00+00') TO ('2026-11-01 00:00+00')
"""
ROW = "INSERT INTO devices_logentry VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
NAMES = ("device_id", "event_time", "received_at", "not_before", "event_id", "source_id")
NAMES += ("provenance", "code", "value", "raw")


@pytest.fixture
def old(db):
    """An older Fleet's table of history, in a place of its own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA older; SET LOCAL search_path TO older")
        cursor.execute(OLD.CREATE)
        cursor.execute(MONTH)
        yield cursor


@pytest.fixture
def few_at_once(monkeypatch):
    """Rows are moved a page at a time, and each of them is told."""
    monkeypatch.setattr(NEW, "PIECE", 1)
    monkeypatch.setattr(NEW, "SILENCE_S", 0)


def convert():
    with connection.schema_editor() as editor:
        NEW.convert(None, editor)


def kept():
    return list(LogEntry.objects.order_by("device_id", "place").values_list(*NAMES))


def test_each_row_says_what_it_said_and_those_of_one_millisecond_keep_their_order(old):
    learned = AT + timedelta(seconds=90)
    rows = [
        # device, time, received, not before, digest, event, source, provenance, code, value, raw
        (1, AT, learned, None, 4, 7, 1, 1, "switch_1", "true", None),
        (1, AT, learned, None, 3, 7, 1, 1, "switch_1", "false", None),
        (1, AT, learned, None, 3, 7, 1, 1, "cur_power", "23.5", "23.50"),
        (1, AT, learned, AT - timedelta(seconds=30), 3, 7, None, 3, "colour", '{"h": 1}', None),
        (1, AT + MILLISECOND, learned, None, 0, 1, None, 1, "", None, None),
        (2, datetime(1970, 1, 1, tzinfo=UTC), learned, None, 0, 7, 1, 1, "mode", '"a\\nb"', ""),
    ]
    old.executemany(ROW, rows)

    convert()

    of_one = (rows[3], rows[2], rows[1], rows[0], rows[4])
    values = [{"h": 1}, 23.5, False, True, None, "a\nb"]
    assert kept() == [
        (*row[:4], *row[5:9], value, row[10])
        for row, value in zip((*of_one, rows[5]), values, strict=True)
    ]


def test_a_clock_that_stood_still_is_kept_and_its_rows_are_known_again(old, now, few_at_once):
    many = [
        Event(device=1, at=0, event_id=7, provenance=Provenance.LOG, code="c", value=number)
        for number in range(1_200)
    ]
    start = datetime(1970, 1, 1, tzinfo=UTC)
    old.executemany(
        ROW,
        [(1, start, now, None, n, 7, None, 1, "c", str(n), None) for n in range(1_200)],
    )

    convert()
    with transaction.atomic():
        added = store(many, now)

    assert added == 0
    assert [row[8] for row in kept()] == list(range(1_200))


def test_a_conversion_that_was_ended_goes_on_where_it_stood(old, now):
    for month in (AT, AT + timedelta(days=1)):
        old.execute(ROW, (1, month, now, None, 0, 7, 1, 1, "c", "1", None))
    NEW.put_aside(old)
    NEW.move(old, "wide_devices_logentry_2026_10", NEW._Progress("1 of 2"))

    halfway = [row[1] for row in kept()]
    convert()

    old.execute("SELECT to_regclass('wide_logentry')")
    assert old.fetchone() == (None,)
    assert (halfway, [row[1] for row in kept()]) == ([AT], [AT, AT + timedelta(days=1)])


def test_a_long_conversion_says_how_far_it_is(old, now, few_at_once, caplog):
    old.executemany(ROW, [(n, AT, now, None, 0, 7, 1, 1, "c", "1", None) for n in range(200)])

    with caplog.at_level("INFO"):
        convert()

    told = [(one.message, one.month, one.percent) for one in caplog.records]
    words = "history is written anew"
    assert told == [(words, "1 of 2", 33), (words, "1 of 2", 66), (words, "1 of 2", 100)]
    assert len(kept()) == 200
