"""The alarm, the command, the figures and the warnings."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import redis
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from fleet.celery import app
from reporting import checks, forwarder, metrics, outbox, resyncs, tasks
from reporting.letters import StateReported
from reporting.models import Cell, Report, Sink

PLUG = StateReported("plug1", "cz", {"switch_1": True}, {}, {"switch_1": 1000})


@pytest.fixture
def to_sim(settings, sim):
    settings.USH_REPORT_URL = f"{sim.url}/v2/iot/status-report"
    return settings


@pytest.fixture
def stored(now):
    def store():
        outbox.take([PLUG], now.replace(year=2025))

    return store


@pytest.mark.django_db
def test_the_alarm_sends_what_is_due(to_sim, sim, stored):
    stored()

    line = tasks.forward()

    assert line.startswith("forward: 1 cells, 1 report, ")
    assert sim.ush.state == {("plug1", "PowerState"): "ON"}


@pytest.mark.django_db
def test_the_command_says_one_line_and_fails_when_something_was_not_accepted(to_sim, sim, stored):
    stored()
    out = StringIO()

    call_command("forward", stdout=out)
    sim.trouble("ush_503")
    Cell.objects.update(version=2)
    with pytest.raises(CommandError, match="waiting after a failure"):
        call_command("forward", stdout=StringIO())

    assert out.getvalue().startswith("forward: 1 cells, 1 report, ")


@pytest.mark.django_db
def test_the_command_prints_figures(to_sim, sim, stored):
    stored()
    out = StringIO()

    call_command("forward", "--json", stdout=out)

    figures = json.loads(out.getvalue())
    figures.pop("seconds")
    assert figures == {"cells": 1, "reports": 1, "outcomes": {"H": 1}}


@pytest.mark.django_db
def test_the_command_says_why_nothing_is_sent(to_sim, stored):
    to_sim.USH_ENABLED = False
    stored()

    with pytest.raises(CommandError, match="USH_ENABLED is 0"):
        call_command("forward", stdout=StringIO())


@pytest.mark.django_db
def test_the_resync_tells_all_again_and_forgets_reports_of_last_week(to_sim, sim, stored, now):
    stored()
    tasks.forward()
    Report.objects.update(sent_at=now.replace(year=2024))
    Sink.objects.update(resynced_at=now.replace(year=2024))

    line = tasks.resync()

    assert line == "resync: 1 cells, 1 old reports"
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_everything_is_told_again_about_every_six_hours_and_once(now, stored):
    stored()
    Cell.objects.update(acked_version=1)
    lasts = [now + timedelta(minutes=minute) for minute in range(200)]
    waits = [(resyncs.due_at(last) - last).total_seconds() / 3600 for last in lasts]

    at_first = resyncs.when_due(now)
    early = resyncs.when_due(now + timedelta(hours=5.4))
    late = resyncs.when_due(now + timedelta(hours=6.6))
    twice = resyncs.when_due(now + timedelta(hours=6.6))

    assert (at_first, early, late, twice) == (0, 0, 1, 0)
    assert 5.5 <= min(waits) < 5.6
    assert 6.4 < max(waits) <= 6.5


@pytest.mark.django_db
def test_who_asked_for_everything_has_six_hours_of_rest(now):
    outbox.resync(now)

    assert Sink.objects.get().resynced_at == now


@pytest.fixture
def no_broker(monkeypatch):
    """Nobody listens where the broker was; connections that are open already are put aside."""
    kept = app.conf.broker_url
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    app.conf.broker_url = "redis://127.0.0.1:9/0"
    yield
    app.conf.broker_url = kept


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_the_caller_nothing(now, caplog, no_broker):
    with transaction.atomic():
        outbox.take([PLUG], now)

    assert Cell.objects.get().value == "ON"
    said = [(record.message, record.fault) for record in caplog.records]
    assert said == [("forwarder not woken, the next beat will", "OperationalError")]


@pytest.mark.django_db(transaction=True)
def test_news_wakes_the_forwarder_once_it_is_safe_and_news_of_nothing_new_does_not(now, settings):
    with redis.from_url(settings.BROKER_URL) as broker:
        broker.delete("fast")
        with transaction.atomic():
            outbox.take([PLUG], now)
            inside = broker.llen("fast")
        after = broker.llen("fast")
        Cell.objects.update(acked_version=1)
        with transaction.atomic():
            outbox.take([PLUG], now)

        assert (inside, after, broker.llen("fast")) == (0, 1, 1)
        broker.delete("fast")


@pytest.mark.django_db
def test_figures_are_read_from_rows(office, sim):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1", "plug2")
    forwarder.drain(office.desk)
    office.switch("plug2", on=False)

    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in metrics.collect()
        for sample in family.samples
    }

    assert samples["fleet_ush_cells_dirty",] == 1
    assert samples["fleet_ush_cells_quarantined",] == 1
    assert samples["fleet_ush_road_closed",] == 0
    assert samples["fleet_ush_road_failures",] == 0
    assert samples["fleet_ush_late_dropped",] == 0
    assert ("fleet_ush_oldest_dirty_seconds",) in samples


@pytest.mark.parametrize(
    ("url", "open_road"),
    [
        ("http://gw-std.hivoice.cn/v2/iot/status-report", True),
        ("http://10.0.0.7/report", True),
        ("https://gw-std.hivoice.cn/v2/iot/status-report", False),
        ("http://127.0.0.1:9090/v2/iot/status-report", False),
        ("http://[::1]:9090/", False),
        ("http://localhost/", False),
    ],
)
def test_an_address_that_anyone_on_the_way_can_read_is_warned_of(url, open_road):
    with override_settings(USH_REPORT_URL=url):
        found = [message.id for message in checks.road_to_ush(None)]

    assert found == (["reporting.W001"] if open_road else [])


def test_an_envelope_without_a_sender_is_warned_of(settings):
    settings.USH_REPORT_URL, settings.USH_FORMAT = "https://ush.example/", "envelope"
    settings.USH_SOURCE_CODE = ""

    assert [message.id for message in checks.road_to_ush(None)] == ["reporting.W002"]


@pytest.mark.django_db
def test_a_second_pause_keeps_the_words_of_the_first(now):
    from reporting import steering  # noqa: PLC0415

    steering.pause("ann", "USH moves", now)
    steering.pause("bob", "me too", now)

    assert Sink.objects.get().paused_by == "ann"
