"""Where events stand in the history: none is lost for want of room, none stands there twice."""

import json

from devices.models import Provenance
from devices.packing import Event
from devices.placing import Stored, placed

AT = 1_795_262_400_000


def event(**other):
    given = {"device": 1, "at": AT, "event_id": 7, "provenance": Provenance.LOG, "code": "switch_1"}
    return Event(**(given | other))


def stored(**other):
    given = {"device": 1, "place": AT * 1000, "event_id": 7, "code": "switch_1"}
    return Stored(**(given | {"source_id": None, "provenance": 1, "said": "true"} | other))


def test_events_of_one_millisecond_stand_a_microsecond_apart_in_the_order_of_what_happened():
    late, early, other = event(code="b", value=1), event(code="a", value=2), event(device=2)

    assert placed([late, other, early]) == [
        (early, AT * 1000),
        (late, AT * 1000 + 1),
        (other, AT * 1000),
    ]


def test_what_is_there_is_left_out_however_its_value_was_typed_or_spelled():
    there = [
        stored(said='"23.50"', code="a"),
        stored(said='{"h": 1, "v": 2}', code="b"),
        stored(said='23.5\n{"raw":"23.50"}', code="c"),
        stored(said="", code="d"),
    ]

    found = placed(
        [
            event(code="a", value=23.5, raw="23.50"),
            event(code="b", value={"v": 2, "h": 1}, raw='{"v":2,"h":1}'),
            event(code="c", value="23.50", raw="23.50"),
            event(code="d"),
        ],
        there,
    )

    assert found == []


def test_a_row_that_says_something_else_of_the_same_moment_stands_beside_the_others():
    feed = event(value=True, provenance=Provenance.FEED)
    there = [stored(), stored(place=AT * 1000 + 2, said="7")]

    assert placed([event(value=True), feed, event(value=False)], there) == [
        (feed, AT * 1000 + 1),
        (event(value=False), AT * 1000 + 3),
    ]


def test_a_clock_that_stands_still_fills_its_millisecond_and_what_stands_behind_is_known_again():
    many = [event(at=0, value=number) for number in range(1_500)]

    first = placed(many)

    there = [
        stored(
            place=place,
            said=json.dumps(one.value) + ("\n" + json.dumps({"at": 0}) if place > 999 else ""),
        )
        for one, place in first
    ]
    assert [place for _event, place in first] == list(range(1_500))
    assert placed(many, there) == []
