from collections import Counter
from datetime import timedelta

import pytest

from reporting import forwarder, outbox, sinks
from reporting.letters import DeviceGone
from reporting.models import Cell, Report, Sink
from reporting.ush.wire import Format

pytestmark = pytest.mark.django_db
# Steps commit, as in life: within one transaction around a test, a missing one would not show.
committing = pytest.mark.django_db(transaction=True)


def road():
    return Sink.objects.get()


def dirty():
    return {c.ush_device_id for c in Cell.objects.all() if c.version > c.acked_version}


def bodies(sim):
    return [[(told.device_id, told.value) for told in asked.told] for asked in sim.ush.requests]


@committing
def test_a_change_reaches_ush_and_is_acknowledged(sim, office):
    office.switch("plug1")

    tally = forwarder.drain(office.desk)

    assert (tally.requests, tally.cells, tally.outcomes) == (1, 1, Counter("H"))
    assert sim.ush.state == {("plug1", "PowerState"): "ON"}
    cell = Cell.objects.get()
    assert (cell.acked_value, cell.acked_version, cell.acked_known, cell.in_flight) == (
        "ON",
        1,
        True,
        False,
    )


def test_nothing_is_sent_before_the_window_ends(sim, office, clock):
    office.switch("plug1")
    clock.advance(-0.5)

    assert forwarder.drain(office.desk).requests == 0


def test_devices_of_all_shares_ride_in_one_request_when_they_are_few(sim, office):
    office.switch(*[f"plug{n}" for n in range(40)])

    tally = forwarder.drain(office.desk)

    assert (tally.requests, tally.cells) == (1, 40)


def test_no_request_has_more_devices_than_allowed(sim, make_office):
    office = make_office(max_devices=7)
    office.switch(*[f"plug{n}" for n in range(40)])

    forwarder.drain(office.desk)

    assert max(len(told) for told in bodies(sim)) == 7
    assert len(sim.ush.state) == 40


def test_no_body_is_bigger_than_64_kib(sim, make_office):
    office = make_office(max_devices=1000)
    office.switch(*[f"plug{n:060}" for n in range(1000)])

    forwarder.drain(office.desk)

    assert len(sim.ush.state) == 1000
    assert max(len(body.encode()) for body in all_bodies()) < 64 * 1024
    assert len(sim.ush.requests) > 1


def all_bodies():
    return Report.objects.values_list("request_body", flat=True)


def test_a_device_travels_whole_with_its_gangs_as_devices_of_their_own(sim, office):
    office.post(("sw", {"switch_1": True, "switch_2": False}), category="kg")

    forwarder.drain(office.desk)

    assert sim.ush.requests[0].body == {
        "devices": [
            {"deviceId": "sw", "properties": [{"name": "PowerState", "value": "ON"}]},
            {"deviceId": "sw_2", "properties": [{"name": "PowerState", "value": "OFF"}]},
        ]
    }


def test_many_changes_in_an_outage_are_one_send_of_the_newest(sim, office, clock):
    sim.trouble("ush_503")
    for turn in range(21):
        office.switch("plug1", on=turn % 2 == 0)
        forwarder.drain(office.desk)
    sim.calm()
    before = len(sim.ush.requests)

    clock.advance(600)
    forwarder.drain(office.desk)

    assert bodies(sim)[before:] == [[("plug1", "ON")]]
    assert sim.ush.state == {("plug1", "PowerState"): "ON"}


def test_the_envelope_carries_source_code_and_a_number_and_is_redacted_in_the_report(
    sim, make_office
):
    office = make_office(Format.ENVELOPE)
    office.switch("plug1")

    tally = forwarder.drain(office.desk)

    body = sim.ush.requests[0].body
    assert tally.outcomes == Counter("H")
    assert body["header"]["sourceCode"] == "channel-7"
    assert body["header"]["timestamp"] == int(Report.objects.get().sent_at.timestamp() * 1000)
    assert "channel-7" not in Report.objects.get().request_body


def test_success_of_the_other_format_never_acknowledges_and_parks_the_road(sim, office, clock):
    sim.trouble("ush_wrong_format")
    office.switch("plug1")

    for _ in range(3):
        forwarder.drain(office.desk)
        clock.advance(10)

    assert dirty() == {"plug1"}
    assert road().parked_reason.startswith("format_mismatch")
    assert forwarder.drain(office.desk).requests == 0


@committing
def test_a_parked_road_is_probed_after_five_minutes_and_opens_by_itself(sim, office, clock):
    sim.trouble("ush_http", status=404)
    office.switch("plug1")
    forwarder.drain(office.desk)
    assert "404" in road().parked_reason
    sim.calm()

    clock.advance(299)
    assert forwarder.drain(office.desk).requests == 0
    clock.advance(2)
    forwarder.drain(office.desk)

    assert (road().parked_reason, dirty()) == ("", set())


@committing
def test_a_lost_answer_is_repeated_and_confirmed_later(sim, office, clock):
    sim.trouble("ush_lost_answer", times=1)
    office.switch("plug1")
    forwarder.drain(office.desk)
    assert Cell.objects.get().acked_known is False

    clock.advance(5)
    forwarder.drain(office.desk)
    clock.advance(25)
    forwarder.drain(office.desk)

    assert bodies(sim) == [[("plug1", "ON")]] * 3
    assert dirty() == set()
    assert Cell.objects.get().acked_known is True


def test_after_a_lost_answer_the_old_value_is_told_again(sim, office, clock):
    office.switch("plug1", on=True)
    forwarder.drain(office.desk)
    sim.trouble("ush_lost_answer", times=1)
    office.switch("plug1", on=False)
    forwarder.drain(office.desk)
    assert sim.ush.state == {("plug1", "PowerState"): "OFF"}

    office.switch("plug1", on=True)
    clock.advance(5)
    forwarder.drain(office.desk)

    assert sim.ush.state == {("plug1", "PowerState"): "ON"}


def test_a_connection_that_never_was_keeps_what_was_known(make_office, sim, office):
    office.switch("plug1", on=True)
    forwarder.drain(office.desk)
    nobody = make_office(url="http://127.0.0.1:9/v2/iot/status-report")
    Sink.objects.update(target=nobody.desk.terms.target)
    nobody.switch("plug1", on=False)
    assert forwarder.drain(nobody.desk).outcomes == Counter("A")

    nobody.switch("plug1", on=True)

    assert dirty() == set()


def test_retry_after_stops_the_whole_road(sim, office, clock):
    sim.trouble("ush_429", retry_after=30, times=1)
    office.switch("plug1")
    forwarder.drain(office.desk)

    office.switch("plug2")
    clock.advance(28)
    assert forwarder.drain(office.desk).requests == 0
    clock.advance(1)
    forwarder.drain(office.desk)

    assert dirty() == set()


def test_the_road_breaks_after_five_failures_and_one_small_request_opens_it(sim, office, clock):
    office.switch(*[f"plug{n}" for n in range(10)])
    sim.trouble("ush_503")
    while road_failures() < 6:
        clock.advance(301)
        forwarder.drain(office.desk)
    sim.calm()
    before = len(sim.ush.requests)

    clock.advance(301)
    forwarder.drain(office.desk)

    sizes = [len(told) for told in bodies(sim)[before:]]
    assert (sizes[0], sum(sizes), dirty()) == (1, 10, set())


def road_failures():
    return sinks.ensure().failures


def test_there_and_back_before_the_confirmation_is_still_told(sim, office, clock):
    sim.trouble("ush_lost_answer", times=1)
    office.switch("plug1", on=True)
    forwarder.drain(office.desk)
    clock.advance(5)
    forwarder.drain(office.desk)
    office.switch("plug1", on=False)
    office.switch("plug1", on=True)

    clock.advance(30)
    forwarder.drain(office.desk)

    assert bodies(sim) == [[("plug1", "ON")]] * 3
    assert dirty() == set()


@committing
def test_too_big_a_request_makes_smaller_ones_from_then_on(sim, office):
    sim.trouble("ush_413", over=20)
    office.switch(*[f"plug{n}" for n in range(50)])

    forwarder.drain(office.desk)

    assert dirty() == set()
    assert [len(told) for told in bodies(sim)] == [50, 25, 12, 12, 12, 12, 2]
    assert road().max_devices == 12


def test_a_device_that_left_while_its_report_was_away_stays_forgotten(sim, office):
    office.switch("plug1")
    real = office.desk.ush.post

    def leaving(body):
        outbox.take([DeviceGone("plug1")], office.clock.now)
        return real(body)

    office.desk.ush.post = leaving
    forwarder.drain(office.desk)

    assert not Cell.objects.exists()


def test_a_value_that_changes_while_its_report_is_away_stays_dirty_and_follows(sim, office):
    office.switch("plug1", on=True)
    real = office.desk.ush.post

    def changing(body):
        office.desk.ush.post = real
        office.switch("plug1", on=False)
        return real(body)

    office.desk.ush.post = changing
    forwarder.forward_due(office.desk)
    assert dirty() == {"plug1"}

    office.clock.advance(2)
    forwarder.drain(office.desk)

    assert bodies(sim) == [[("plug1", "ON")], [("plug1", "OFF")]]


@committing
def test_who_lost_the_lease_acknowledges_nothing(sim, office, make_office):
    office.switch("plug1", on=True)
    other = make_office()
    real = office.desk.ush.post

    def slow(body):
        office.clock.advance(61)
        other.switch("plug1", on=False)
        forwarder.drain(other.desk)
        return real(body)

    office.desk.ush.post = slow
    forwarder.forward_due(office.desk)
    assert sim.ush.state == {("plug1", "PowerState"): "ON"}
    office.desk.ush.post = real

    office.clock.advance(30)
    forwarder.drain(office.desk)

    assert sim.ush.state == {("plug1", "PowerState"): "OFF"}
    assert dirty() == {"plug1"}  # told once more, later: the late request might come later still


def test_disabled_collects_and_sends_nothing(sim, make_office):
    office = make_office(enabled=False)
    office.switch("plug1")

    assert forwarder.drain(office.desk).requests == 0
    assert dirty() == {"plug1"}


def test_a_paused_road_collects_and_sends_nothing(sim, office):
    sinks.ensure()
    Sink.objects.update(paused=True, paused_by="ann")
    office.switch("plug1")

    assert forwarder.drain(office.desk).requests == 0
    assert dirty() == {"plug1"}


@committing
def test_another_address_is_told_everything(sim, office, make_office):
    office.switch("plug1", "plug2")
    forwarder.drain(office.desk)
    sim.ush.forget()
    moved = make_office(Format.ENVELOPE)

    forwarder.drain(moved.desk)

    assert len(sim.ush.state) == 2


@committing
def test_after_a_long_outage_everything_is_told_again(sim, office, clock):
    office.switch("plug1", "plug2")
    forwarder.drain(office.desk)
    sim.trouble("ush_503")
    office.switch("plug1", on=False)
    forwarder.drain(office.desk)
    sim.calm()
    before = len(sim.ush.requests)

    clock.advance(601)
    forwarder.drain(office.desk)
    clock.advance(1)
    forwarder.drain(office.desk)

    assert {told for request in bodies(sim)[before:] for told in request} == {
        ("plug1", "OFF"),
        ("plug2", "ON"),
    }


def test_power_goes_first(sim, make_office):
    office = make_office(max_devices=1)
    office.post(("ac1", {"mode": "cold"}), ("ac1", {"mode": "hot"}), category="kt")
    office.switch("plug1")

    forwarder.forward_due(office.desk)

    assert bodies(sim) == [[("plug1", "ON")]]


def test_the_rate_is_kept_over_all_requests(sim, make_office, clock):
    office = make_office(max_devices=1, qps=2.0)
    office.switch(*[f"plug{n}" for n in range(10)])
    started = clock.now

    forwarder.drain(office.desk)

    assert len(sim.ush.requests) == 10
    assert clock.now - started == timedelta(seconds=4.5)
