"""The coverage strip."""

from pages.ribbons import Bar, Segment, bars


def test_segments_are_cut_to_the_strip_and_problems_are_drawn_last():
    segments = [Segment(150, 300, "unread"), Segment(0, 150, "complete")]

    assert bars(segments, 100, 200) == [Bar(0, 50, "complete"), Bar(50, 50, "unread")]


def test_a_sliver_stays_visible_and_inside():
    assert bars([Segment(999, 1000, "lost")], 0, 1000) == [Bar(98.5, 1.5, "lost")]


def test_what_lies_outside_is_not_drawn():
    assert bars([Segment(0, 100, "complete")], 100, 200) == []
