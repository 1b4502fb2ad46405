"""Letting go of history: by type of event, in steps, a month as a whole, and charts that say so."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from devices import history, letting_go, lifetimes, partitions, retention, series
from devices.models import Device, LetGo, LogEntry
from tests.devices.views import scene

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
REPORT, SIGNAL = 7, 8


@pytest.fixture(autouse=True)
def own_months():
    """Dropped and made tables are rolled back with the test; what was known of them goes too."""
    known = set(partitions._ready)
    yield
    partitions._ready.clear()
    partitions._ready.update(known)


@pytest.fixture
def device():
    return scene.device(first_seen_at=scene.NOON - 900 * DAY)


def tell(of, days, event_id=REPORT, *, count=1, now=scene.NOON):
    """Write rows of a type that many days ago, a second apart."""
    code = "temp_current" if event_id == REPORT else ""
    for second in range(count):
        at = now - days * DAY + timedelta(seconds=second)
        scene.event(of, at, event_id, code, second)


def kept():
    """What is left, as (days ago, event type)."""
    rows = LogEntry.objects.order_by("event_time", "event_id")
    return [(round((scene.NOON - row.event_time) / DAY), row.event_id) for row in rows]


def test_each_type_of_event_is_kept_as_long_as_its_own_life(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, REPORT: 400 * DAY, None: 60 * DAY}
    for days in (500, 200, 45, 10):
        for event_id in (1, REPORT, SIGNAL):
            tell(device, days, event_id)

    pruned = retention.prune(now)

    assert pruned.log == {1: 2, REPORT: 1, SIGNAL: 3}
    assert kept() == [
        (200, REPORT), (45, 1), (45, REPORT), (10, 1), (10, REPORT), (10, SIGNAL),
    ]  # fmt: skip
    assert set(LetGo.objects.values_list("event_id", "before")) == {
        (1, now - 60 * DAY), (REPORT, now - 400 * DAY), (SIGNAL, now - 30 * DAY),
    }  # fmt: skip


def test_without_a_wish_nothing_goes_and_nothing_is_noted(device, settings, now):
    settings.LOG_RETENTION = {None: None}
    tell(device, 3000)

    pruned = retention.prune(now)

    assert (pruned.log, pruned.months, kept()) == ({}, (), [(3000, REPORT)])
    assert LetGo.objects.count() == 0


def test_what_is_kept_for_good_stays_beside_what_goes(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    tell(device, 100, SIGNAL)
    tell(device, 100, REPORT)

    pruned = retention.prune(now)

    assert (pruned.log, pruned.months, kept()) == ({SIGNAL: 1}, (), [(100, REPORT)])


def test_the_preview_names_what_the_run_then_deletes(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    tell(device, 100, SIGNAL, count=5)
    tell(device, 40, SIGNAL, count=3)
    tell(device, 40, REPORT, count=3)
    tell(device, 5, SIGNAL)

    found = retention.preview(now)
    before = LogEntry.objects.count()
    pruned = retention.prune(now)

    (signal,) = found.log
    assert (signal.event_id, signal.rows) == (SIGNAL, 8)
    assert (signal.first, signal.last) == (now - 100 * DAY, now - 40 * DAY + timedelta(seconds=2))
    assert signal.bytes > 0
    assert (before, pruned.log) == (12, {SIGNAL: 8})


def test_the_share_of_bytes_is_that_of_the_rows_in_their_tables(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    tell(device, 100, SIGNAL, count=1)
    tell(device, 100, REPORT, count=3)
    with connection.cursor() as cursor:
        month = partitions.month_of(now - 100 * DAY).name
        cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [month])
        (size,) = cursor.fetchone()

    (signal,) = retention.preview(now).log

    assert signal.bytes == round(size / 4)


def test_a_month_of_which_nothing_is_kept_goes_as_a_whole(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: 60 * DAY}
    tell(device, 200, REPORT, count=3)
    tell(device, 200, SIGNAL, count=2)
    tell(device, 50, REPORT)
    old = partitions.month_of(now - 200 * DAY).name

    planned, before = retention.preview(now).months, [one.name for one in partitions.months()]
    pruned = retention.prune(now)

    assert (planned, old in before) == ([old], True)
    assert (pruned.months, pruned.log) == ((old,), {REPORT: 3, SIGNAL: 2})
    assert old not in [one.name for one in partitions.months()]
    assert LetGo.objects.get(pk=REPORT).before == now - 60 * DAY
    assert kept() == [(50, REPORT)]


def test_a_month_that_was_emptied_row_by_row_goes_as_well(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    tell(device, 200, SIGNAL)
    old = partitions.month_of(now - 200 * DAY).name

    pruned = retention.prune(now)

    assert pruned.months == (old,)
    assert Device.objects.count() == 1


def test_a_late_row_of_a_month_that_went_is_kept_readable_and_goes_next_time(device, settings, now):
    settings.LOG_RETENTION = {None: 60 * DAY}
    tell(device, 200)
    retention.prune(now)
    partitions._ready.add(((now - 200 * DAY).year, (now - 200 * DAY).month))  # of another process

    tell(device, 200)
    arrived = kept()
    pruned = retention.prune(now)

    assert (arrived, pruned.log, kept()) == ([(200, REPORT)], {REPORT: 1}, [])


def test_an_impossible_time_goes_with_the_past(device, settings):
    settings.LOG_RETENTION = {None: 60 * DAY}
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    scene.event(device, datetime(1970, 1, 1, tzinfo=UTC), 1)

    assert retention.prune(now).log == {1: 1}


@pytest.mark.parametrize("step", [1, 2, 3, 100])
def test_steps_of_any_size_delete_the_same(device, settings, monkeypatch, now, step):
    monkeypatch.setattr(letting_go, "STEP", step)
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    others = [scene.device(f"bf1{n}", f"Other {n}") for n in range(3)]
    for of in (device, *others):  # one moment, several rows
        tell(of, 40, SIGNAL)
        tell(of, 40, REPORT)
    tell(device, 39, SIGNAL, count=5)
    tell(device, 29, SIGNAL)

    pruned = retention.prune(now)

    assert pruned.log == {SIGNAL: 9}
    assert kept() == [(40, REPORT)] * 4 + [(29, SIGNAL)]


def test_the_edge_itself_is_kept(device, settings, now):
    settings.LOG_RETENTION = {None: 60 * DAY}
    scene.event(device, now - 60 * DAY, 1)
    scene.event(device, now - 60 * DAY - timedelta(milliseconds=1), 1)

    assert retention.prune(now).log == {1: 1}
    assert LogEntry.objects.get().event_time == now - 60 * DAY


def test_a_chart_says_that_history_was_let_go_instead_of_drawing_over_it(device, settings, now):
    settings.LOG_RETENTION = {REPORT: 30 * DAY, None: None}
    scene.proven(device, (now - 50 * DAY, now), since=now - 50 * DAY)
    tell(device, 40)
    tell(device, 20)
    retention.prune(now)

    past = history.read(
        device, "temp_current", start=now - 45 * DAY, end=now, limit=100, now=now
    ).series

    edge, begin = (history.milliseconds(now - days * DAY) for days in (30, 45))
    assert past.gaps == (series.Gap(begin, edge, "let go by retention"),)
    assert [point.at_ms for point in past.points] == [history.milliseconds(now - 20 * DAY)]


def test_where_nothing_was_deleted_a_retention_makes_no_gap(device, settings, now):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    scene.proven(device, (now - 50 * DAY, now), since=now - 50 * DAY)
    tell(device, 40, SIGNAL)
    retention.prune(now)

    assert history.gaps(device, now - 45 * DAY, now, now) == []


def test_an_edge_never_moves_back(device, settings, now):
    settings.LOG_RETENTION = {None: 30 * DAY}
    tell(device, 100)
    retention.prune(now)
    settings.LOG_RETENTION = {None: 90 * DAY}
    tell(device, 100)
    retention.prune(now)

    assert LetGo.objects.get(pk=REPORT).before == now - 30 * DAY


@pytest.mark.django_db(transaction=True)
def test_readers_in_the_way_put_off_a_month_and_nothing_is_lost(device, settings, monkeypatch, now):
    monkeypatch.setattr(letting_go, "PATIENCE_MS", 50)
    settings.LOG_RETENTION = {None: 60 * DAY}
    tell(device, 200)
    old = partitions.month_of(now - 200 * DAY).name
    partitions.ensure([now, now + retention.AHEAD])
    reader = connection.copy()
    try:
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM devices_logentry")
        held = retention.prune(now)
        reader.rollback()
        then = retention.prune(now)
    finally:
        reader.close()

    assert (held.months, held.log) == ((), {REPORT: 1})
    assert then.months == (old,)
    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_a_month_that_a_reader_holds_up_is_made_at_the_next_call_and_nobody_waits(monkeypatch, now):
    monkeypatch.setattr(partitions, "PATIENCE_MS", 50)
    month = partitions.month_of(now + 400 * DAY)
    reader = connection.copy()
    try:
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM devices_logentry")
        with transaction.atomic(), connection.cursor() as cursor:
            partitions.ensure([month.start])
            cursor.execute("SHOW lock_timeout")
            patience = cursor.fetchone()[0]
        held = month in partitions.months()
        reader.rollback()
        partitions.ensure([month.start])
        made = month in partitions.months()
    finally:
        reader.close()
        partitions.drop(month)

    assert (held, patience, made) == (False, "0", True)


def test_the_command_previews_in_words_and_in_figures(device, settings, now, capsys):
    settings.LOG_RETENTION = {SIGNAL: 30 * DAY, None: None}
    tell(device, 40, SIGNAL, count=2)

    with time_machine.travel(now, tick=False):
        call_command("prune", "--dry-run")
        words = capsys.readouterr().out
        call_command("prune", "--dry-run", "--json")
        figures = json.loads(capsys.readouterr().out)
        call_command("prune", "--json")
        done = json.loads(capsys.readouterr().out)

    assert "event 8 (signal strength): 2 rows, 2026-10-12 12:00:00 to 2026-10-12 12:00:01" in words
    (told,) = figures["log"]
    assert (told["event"], told["rows"], told["first"]) == (
        "signal strength", 2, "2026-10-12T12:00:00+00:00",
    )  # fmt: skip
    assert (figures["dry_run"], done["dry_run"], done["log"]) == (True, False, {"8": 2})


def test_edges_say_what_is_kept_for_good(now):
    mixed = lifetimes.edges({SIGNAL: 30 * DAY, 1: None, None: 60 * DAY}, now)
    bounded = lifetimes.edges({SIGNAL: 30 * DAY, None: 60 * DAY}, now)
    forever = lifetimes.edges({None: None}, now)

    assert (mixed.oldest, mixed.newest) == (None, now - 30 * DAY)
    assert (bounded.oldest, bounded.newest) == (now - 60 * DAY, now - 30 * DAY)
    assert (forever.oldest, forever.newest) == (None, None)
    assert [mixed.of(kind) for kind in (SIGNAL, 1, 5)] == [now - 30 * DAY, None, now - 60 * DAY]
