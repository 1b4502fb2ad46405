"""What a chart may draw: never more than asked for, never across a gap."""

from bisect import bisect_right

from hypothesis import strategies as st

from devices.coverage import Interval, Ledger, lose, prove
from devices.series import (
    BEFORE_FLEET,
    COLLECTOR_DOWN,
    NOT_READ_YET,
    Bucket,
    Course,
    Gap,
    Point,
    Series,
    gaps_between,
)
from devices.series import series as drawn_of
from tests.devices.laws import law

END = 60  # so short that points are often neighbours
MOMENTS = st.integers(0, END - 1)
NUMBERS = st.integers(-50, 50) | st.floats(-50, 50)
LINES = st.lists(st.builds(Point, MOMENTS, NUMBERS), max_size=60)
STEPS = st.lists(st.builds(Point, MOMENTS, st.booleans() | st.sampled_from("abc")), max_size=60)


def series(points, *given, **kind):
    course = Course.of([one.at_ms for one in points], [one.value for one in points])
    return drawn_of(course, *given, **kind)


@st.composite
def some_gaps(draw):
    borders = sorted(draw(st.sets(st.integers(0, END), max_size=8)))
    pairs = zip(borders[::2], borders[1::2], strict=False)
    return [Gap(start, end, NOT_READ_YET) for start, end in pairs]


def stretch(gaps, moment):
    borders = sorted({border for gap in gaps for border in (gap.start, gap.end)})
    return bisect_right(borders, moment)


@law(LINES | STEPS, some_gaps(), st.integers(1, 30))
def test_there_are_never_more_buckets_than_the_limit_or_the_stretches(points, gaps, limit):
    drawn = series(points, gaps, 0, END, limit)

    stretches = {stretch(gaps, point.at_ms) for point in points}
    assert len(drawn.points) <= limit
    assert len(drawn.buckets) <= max(limit, len(stretches))
    assert not (drawn.points and drawn.buckets)


@law(LINES, some_gaps(), st.integers(1, 30))
def test_no_bucket_reaches_over_a_gap(points, gaps, limit):
    drawn = series(points, gaps, 0, END, limit)

    for bucket in drawn.buckets:
        assert stretch(gaps, bucket.start) == stretch(gaps, bucket.end)


@law(LINES, some_gaps(), st.integers(1, 30))
def test_buckets_keep_every_point_and_the_extremes(points, gaps, limit):
    drawn = series(points, gaps, 0, END, limit, kind="line")

    shown = drawn.buckets or [Bucket(0, 0, p.value, p.value, 0, 0, 1) for p in drawn.points]
    assert sum(bucket.rows for bucket in shown) == len(points)
    if points:
        assert min(bucket.low for bucket in shown) == min(point.value for point in points)
        assert max(bucket.high for bucket in shown) == max(point.value for point in points)


@law(LINES | STEPS, some_gaps(), st.integers(1, 30))
def test_the_order_in_which_points_arrive_does_not_matter(points, gaps, limit):
    unique = list({point.at_ms: point for point in points}.values())

    assert series(unique[::-1], gaps, 0, END, limit) == series(unique, gaps, 0, END, limit)


def test_few_points_are_drawn_as_they_are():
    points = [Point(20, 22.4), Point(10, 22.3)]

    assert series(points, [], 0, 100, 500) == Series(
        kind="line", points=(Point(10, 22.3), Point(20, 22.4)), buckets=(), gaps=()
    )


def test_many_points_become_buckets_that_keep_the_peak():
    points = [Point(at, 5 if at != 7 else 99) for at in range(20)]

    assert series(points, [], 0, 20, 2).buckets == (
        Bucket(start=0, end=9, low=5, high=99, first=5, last=5, rows=10),
        Bucket(start=10, end=19, low=5, high=5, first=5, last=5, rows=10),
    )


def test_points_on_both_sides_of_a_gap_are_never_one_bucket():
    gap = Gap(10, 12, "older than the vendor keeps")

    drawn = series([Point(9, 1), Point(9, 2), Point(12, 3), Point(13, 4)], [gap], 0, 100, 2)

    assert drawn == Series(
        kind="line",
        points=(),
        buckets=(Bucket(9, 9, 1, 2, 1, 2, 2), Bucket(12, 13, 3, 4, 3, 4, 2)),
        gaps=(gap,),
    )


def test_a_gap_in_the_middle_of_a_bucket_does_not_break_the_limit():
    points = [Point(at, at) for at in (0, 1, 2, 3, 5, 6, 7, 8)]

    buckets = series(points, [Gap(4, 5, NOT_READ_YET)], 0, 9, 3).buckets

    assert [(bucket.start, bucket.end, bucket.rows) for bucket in buckets] == [
        (0, 3, 4),
        (5, 8, 4),
    ]


def test_a_switch_is_drawn_where_it_moves():
    reports = [(1, True), (2, True), (3, False), (4, False), (5, True)]

    drawn = series([Point(at, value) for at, value in reports], [], 0, 10, 100)

    assert drawn.kind == "step"
    assert drawn.points == (Point(1, True), Point(3, False), Point(5, True))


def test_a_switch_is_drawn_again_after_a_gap_even_when_it_did_not_move():
    drawn = series([Point(1, True), Point(8, True)], [Gap(3, 5, NOT_READ_YET)], 0, 10, 100)

    assert drawn.points == (Point(1, True), Point(8, True))


def test_a_step_holds_from_before_the_window_unless_a_gap_lies_between():
    before, gap = Point(-50, "white"), Gap(-20, -10, NOT_READ_YET)

    assert series([before, Point(4, "colour")], [], 0, 10, 100).points == (
        Point(0, "white"),
        Point(4, "colour"),
    )
    assert series([before, Point(4, "white")], [], 0, 10, 100).points == (Point(0, "white"),)
    assert series([before, Point(4, "colour")], [gap], 0, 10, 100).points == (Point(4, "colour"),)


def test_many_moves_of_a_mode_become_buckets_without_extremes():
    points = [Point(at, "white" if at % 2 else "colour") for at in range(4)]

    assert series(points, [], 0, 4, 1).buckets == (
        Bucket(start=0, end=3, low=None, high=None, first="colour", last="white", rows=4),
    )


def test_what_is_no_number_is_left_out_of_a_line_and_counted():
    points = [Point(1, 5), Point(2, "broken"), Point(3, float("nan")), Point(4, True)]

    assert series(points, [], 0, 10, 100, kind="line") == Series(
        kind="line", points=(Point(1, 5),), buckets=(), gaps=(), left_out=3
    )


def test_what_lies_outside_the_window_is_not_drawn():
    drawn = series([Point(-1, 1), Point(0, 2), Point(9, 3), Point(10, 4)], [], 0, 10, 100)

    assert drawn.points == (Point(0, 2), Point(9, 3))


def test_every_gap_has_its_own_reason():
    ledger = prove(Ledger(), 60, 70)
    ledger = lose(ledger, before=30, since=20, reason="older than the vendor keeps")

    gaps = gaps_between(ledger, 20, 0, 200, 100, [Interval(40, 50), Interval(65, 75)])

    assert gaps == [
        Gap(0, 20, BEFORE_FLEET),
        Gap(20, 30, "older than the vendor keeps"),
        Gap(30, 40, NOT_READ_YET),
        Gap(40, 50, COLLECTOR_DOWN),
        Gap(50, 60, NOT_READ_YET),
        Gap(70, 75, COLLECTOR_DOWN),
        Gap(75, 100, NOT_READ_YET),
    ]


def test_what_was_read_from_before_fleet_is_no_gap():
    assert gaps_between(prove(Ledger(), 0, 100), 50, 0, 100, 100) == []


def test_the_future_is_no_gap():
    assert gaps_between(Ledger(), 0, 100, 200, 50) == []
    assert gaps_between(Ledger(), 500, 0, 200, 50) == [Gap(0, 50, BEFORE_FLEET)]


@law(st.lists(st.tuples(MOMENTS, MOMENTS), max_size=5), MOMENTS, MOMENTS, MOMENTS)
def test_gaps_are_exactly_what_the_log_does_not_prove(proofs, since, start, now):
    ledger = Ledger()
    for one, other in proofs:
        ledger = prove(ledger, one, other)

    gaps = gaps_between(ledger, since, start, END, now, [Interval(10, 30)])

    missing = [moment for gap in gaps for moment in range(gap.start, gap.end)]
    proven = {moment for part in ledger.complete for moment in range(part.start, part.end)}
    assert missing == sorted(set(range(start, now)) - proven)
