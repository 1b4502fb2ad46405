"""A value that trembles is not told at each tremble, and is never hidden once it has settled."""

from datetime import timedelta

import pytest

from reporting import forwarder, outbox
from reporting.letters import SpecItem, StateReported
from reporting.models import Cell

pytestmark = pytest.mark.django_db

NO_WINDOW = timedelta(0)
SPEC = {
    "temp_set": SpecItem("Integer", {"scale": 1}),
    "bright_value_v2": SpecItem("Integer", {"min": 10, "max": 1000}),
}


def say(office, code, *values, category="kt", every=0.0):
    for value in values:
        at = int(office.clock.now.timestamp() * 1000)
        outbox.take([StateReported("d", category, {code: value}, SPEC, {code: at})], office.clock())
        office.clock.advance(every)


def told(sim, name="Temperature"):
    return [one.value for one in sim.ush.history if one.property == name]


def pass_time(office, seconds):
    for _ in range(seconds):
        office.clock.advance(1)
        forwarder.drain(office.desk)


@pytest.fixture
def at_21(office):
    """USH knows that it is 21 degrees."""
    say(office, "temp_set", 210)
    pass_time(office, 2)
    return office


def test_a_small_move_waits_until_it_has_settled_and_is_told_then(sim, at_21):
    say(at_21, "temp_set", 213)

    pass_time(at_21, 4)
    early = told(sim)
    pass_time(at_21, 2)

    assert early == ["21"]
    assert told(sim) == ["21", "21.3"]


def test_each_further_small_move_starts_the_quiet_anew(sim, at_21):
    for value in (213, 211, 214):
        say(at_21, "temp_set", value)
        pass_time(at_21, 3)

    early = told(sim)
    pass_time(at_21, 3)

    assert early == ["21"]
    assert told(sim) == ["21", "21.4"]


def test_a_large_move_is_told_after_the_window_also_when_a_small_one_waits(sim, at_21):
    say(at_21, "temp_set", 213, 216)

    pass_time(at_21, 2)

    assert told(sim) == ["21", "21.6"]


def test_a_value_that_never_rests_is_told_once_a_minute(sim, at_21):
    for turn in range(120):
        say(at_21, "temp_set", 211 + turn % 2)
        pass_time(at_21, 1)

    assert 2 <= len(told(sim)) <= 4


def test_there_and_back_within_the_band_sends_nothing(sim, at_21):
    say(at_21, "temp_set", 213, 210)

    pass_time(at_21, 10)

    assert told(sim) == ["21"]


def test_one_per_cent_of_brightness_waits_and_two_do_not(sim, office):
    say(office, "bright_value_v2", 500, category="dj")
    pass_time(office, 2)

    say(office, "bright_value_v2", 510, category="dj")
    pass_time(office, 2)
    small = told(sim, "Brightness")
    say(office, "bright_value_v2", 520, category="dj")
    pass_time(office, 2)

    assert small == ["50"]
    assert told(sim, "Brightness") == ["50", "52"]


def test_a_word_has_no_band(sim, office):
    say(office, "mode", "cold")
    pass_time(office, 2)

    say(office, "mode", "hot")
    pass_time(office, 2)

    assert told(sim, "Mode") == ["COLD", "HEAT"]


def test_a_small_move_while_its_request_is_away_waits_as_well(sim, at_21):
    say(at_21, "temp_set", 250)
    at_21.clock.advance(1)
    post = at_21.desk.ush.post

    def meanwhile(body):
        say(at_21, "temp_set", 252)
        return post(body)

    at_21.desk.ush.post = meanwhile
    forwarder.forward_due(at_21.desk)
    at_21.desk.ush.post = post
    pass_time(at_21, 4)
    early = told(sim)
    pass_time(at_21, 2)

    assert early == ["21", "25"]
    assert told(sim) == ["21", "25", "25.2"]


def test_what_nobody_knows_to_be_at_ush_does_not_wait(sim, at_21):
    Cell.objects.update(acked_known=False)

    say(at_21, "temp_set", 211)
    pass_time(at_21, 2)

    assert told(sim) == ["21", "21.1"]


def test_a_device_is_told_about_once_a_second_and_its_switch_at_once(sim, make_office, settings):
    settings.USH_WINDOW = NO_WINDOW
    office = make_office(window=NO_WINDOW)
    say(office, "temp_set", 200)
    forwarder.drain(office.desk)

    office.clock.advance(0.2)
    say(office, "temp_set", 300)
    say(office, "switch", True)
    forwarder.drain(office.desk)
    at_once = [(one.property, one.value) for one in sim.ush.history]
    office.clock.advance(1.1)
    forwarder.drain(office.desk)

    assert at_once == [("Temperature", "20"), ("PowerState", "ON")]
    assert told(sim) == ["20", "30"]


def test_a_device_that_must_rest_does_not_keep_others_waiting(sim, make_office, settings):
    settings.USH_WINDOW = NO_WINDOW
    office = make_office(window=NO_WINDOW, max_devices=1)
    say(office, "temp_set", 200)
    forwarder.drain(office.desk)
    office.clock.advance(0.2)
    say(office, "temp_set", 300)
    later = StateReported("z", "kt", {"temp_set": 250}, SPEC, {"temp_set": 1})
    outbox.take([later], office.clock())

    forwarder.drain(office.desk)

    assert told(sim) == ["20", "25"]
