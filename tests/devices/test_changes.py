"""The laws of telling what changed."""

import math

from hypothesis import strategies as st

from devices.changes import Change, Known, apply, diff, same
from tests.devices.laws import law

NUMBERS = st.integers() | st.floats()
WORDS = st.text("aé开0 ", max_size=4)
LEAVES = st.none() | st.booleans() | NUMBERS | WORDS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner),
    max_leaves=6,
)
CODES = st.sampled_from(["switch_1", "cur_power", "fault", "mode", "colour_data"])
REPORTS = st.dictionaries(CODES, VALUES)
STAMPS = st.integers(0, 1000)
STATES = st.dictionaries(CODES, st.builds(Known, VALUES, STAMPS))
LATER = 2000


def values(known):
    return {code: fact.value for code, fact in known.items()}


@law(STATES, REPORTS)
def test_after_applying_a_newer_report_all_of_it_is_known(known, reported):
    after = values(apply(known, diff(known, reported, at=LATER, not_before=None)))

    assert all(same(after[code], value) for code, value in reported.items())


@law(STATES, REPORTS)
def test_what_a_report_leaves_out_stays_known(known, reported):
    after = apply(known, diff(known, reported, at=LATER, not_before=None))

    assert after.keys() == known.keys() | reported.keys()
    assert all(after[code] is known[code] for code in known.keys() - reported.keys())


@law(STATES)
def test_reporting_what_is_known_changes_nothing(known):
    assert diff(known, values(known), at=LATER, not_before=None) == ()


@law(STATES, REPORTS)
def test_the_same_report_twice_changes_once(known, reported):
    after = apply(known, diff(known, reported, at=LATER, not_before=None))

    assert diff(after, reported, at=LATER, not_before=None) == ()


@law(STATES, REPORTS)
def test_an_older_report_changes_nothing_that_is_known(known, reported):
    changes = diff(known, reported, at=-1, not_before=None)

    assert {change.code for change in changes} == reported.keys() - known.keys()


@law(STATES, REPORTS)
def test_changes_come_in_the_order_of_codes_whatever_the_order_of_the_report(known, reported):
    backwards = dict(reversed(list(reported.items())))

    changes = diff(known, reported, at=LATER, not_before=7)

    assert list(map(repr, changes)) == list(
        map(repr, diff(known, backwards, at=LATER, not_before=7))
    )
    assert [change.code for change in changes] == sorted(change.code for change in changes)


@law(VALUES)
def test_every_value_is_the_same_as_itself(value):
    assert same(value, value)


@law(VALUES, VALUES)
def test_being_the_same_goes_both_ways(one, other):
    assert same(one, other) == same(other, one)


def test_a_change_says_all_there_is_to_say_about_it():
    known = {"switch_1": Known(value=True, at=100), "mode": Known(value="white", at=100)}

    changes = diff(known, {"switch_1": False, "mode": "white", "fault": 0}, at=300, not_before=200)

    assert changes == (
        Change(code="fault", before=None, after=0, first=True, at=300, not_before=200),
        Change(code="switch_1", before=True, after=False, first=False, at=300, not_before=200),
    )
    assert apply(known, changes) == {
        "switch_1": Known(value=False, at=300),
        "mode": Known(value="white", at=100),
        "fault": Known(value=0, at=300),
    }


def test_a_late_delivery_does_not_undo_what_came_after_it():
    known = {"switch_1": Known(value=True, at=100)}

    assert diff(known, {"switch_1": False}, at=99, not_before=None) == ()
    assert len(diff(known, {"switch_1": False}, at=100, not_before=None)) == 1


def test_one_is_not_true_but_one_is_one_point_zero():
    assert not same(1, True)
    assert not same(0, False)
    assert not same("1", 1)
    assert not same(None, False)
    assert not same([1], [True])
    assert not same({"h": 0}, {"h": False})
    assert same(1, 1.0)
    assert same({"h": 37, "s": 255}, {"s": 255.0, "h": 37.0})


def test_a_sensor_stuck_at_nan_changes_once():
    known = {"cur_power": Known(value=math.nan, at=1)}

    assert diff(known, {"cur_power": float("nan")}, at=2, not_before=None) == ()
    assert len(diff(known, {"cur_power": 0.0}, at=2, not_before=None)) == 1


def test_a_first_value_of_none_is_a_change_too():
    assert diff({}, {"mode": None}, at=1, not_before=None) == (
        Change(code="mode", before=None, after=None, first=True, at=1, not_before=None),
    )
