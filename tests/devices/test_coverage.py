"""The laws of the books on log reading, and what they say in plain cases."""

from itertools import pairwise

from hypothesis import strategies as st

from devices.coverage import (
    Interval,
    Ledger,
    Lost,
    from_json,
    let_go,
    lose,
    next_loss_at,
    prove,
    share,
    to_json,
    trim,
    unread,
    windows,
)
from tests.devices.laws import law

MOMENTS = st.integers(0, 24)  # few, so that stretches often touch
PROOFS = st.tuples(st.just("prove"), MOMENTS, MOMENTS)
LOSSES = st.tuples(st.sampled_from(["not kept", "refused"]), MOMENTS, MOMENTS)
HOUR = 3_600_000
DAY = 24 * HOUR


@st.composite
def ledgers(draw):
    ledger = Ledger()
    for word, start, end in draw(st.lists(PROOFS | LOSSES, max_size=8)):
        ledger = prove(ledger, start, end) if word == "prove" else lose(ledger, end, start, word)
    return ledger


def moments(parts):
    return [moment for part in parts for moment in range(part.start, part.end)]


@law(ledgers())
def test_a_ledger_is_always_sorted_merged_and_without_overlap(ledger):
    assert all(one.end < other.start for one, other in pairwise(ledger.complete))
    assert all(
        one.end < other.start or (one.end == other.start and one.reason != other.reason)
        for one, other in pairwise(ledger.lost)
    )
    assert all(part.start < part.end for part in (*ledger.complete, *ledger.lost))
    assert not set(moments(ledger.complete)) & set(moments(ledger.lost))


@law(ledgers(), MOMENTS, MOMENTS)
def test_complete_unread_and_lost_share_out_every_moment_once(ledger, since, now):
    parts = moments((*ledger.complete, *ledger.lost, *unread(ledger, since, now)))

    assert len(parts) == len(set(parts))
    assert set(parts) >= set(range(since, now))
    assert set(moments(unread(ledger, since, now))) <= set(range(since, now))


@law(ledgers(), MOMENTS, MOMENTS)
def test_proving_twice_is_proving_once(ledger, start, end):
    once = prove(ledger, start, end)

    assert prove(once, start, end) == once


@law(ledgers(), MOMENTS, MOMENTS, MOMENTS, MOMENTS)
def test_the_order_of_proofs_does_not_matter(ledger, one, two, three, four):
    assert prove(prove(ledger, one, two), three, four) == prove(
        prove(ledger, three, four), one, two
    )


@law(ledgers(), MOMENTS, MOMENTS)
def test_proof_takes_nothing_away_and_covers_what_was_proven(ledger, start, end):
    after = set(moments(prove(ledger, start, end).complete))

    assert after == set(moments(ledger.complete)) | set(range(start, end))


@law(ledgers(), MOMENTS, MOMENTS)
def test_losing_writes_off_exactly_what_was_unread(ledger, since, before):
    after = lose(ledger, before, since, "not kept")

    assert after.complete == ledger.complete
    assert set(moments(after.lost)) - set(moments(ledger.lost)) == set(
        moments(unread(ledger, since, before))
    )
    assert unread(after, since, before) == ()


@law(ledgers())
def test_a_stored_ledger_comes_back_whole(ledger):
    assert from_json(to_json(ledger)) == ledger


@law(ledgers(), MOMENTS)
def test_trimming_forgets_the_past_and_nothing_else(ledger, before):
    after = trim(ledger, before)

    assert moments(after.complete) == [at for at in moments(ledger.complete) if at >= before]
    assert moments(after.lost) == [at for at in moments(ledger.lost) if at >= before]


@law(ledgers(), MOMENTS, MOMENTS)
def test_the_share_is_the_proven_moments_of_all(ledger, start, end):
    proven = set(moments(ledger.complete)) & set(range(start, end))

    expected = len(proven) / (end - start) if start < end else 1.0

    assert abs(share(ledger, start, end) - expected) < 1e-9


@law(ledgers(), MOMENTS, MOMENTS, st.integers(1, 80), st.integers(1, 20))
def test_windows_are_what_is_unread_and_still_kept_oldest_first(
    ledger, since, now, retention, longest
):
    found = windows(ledger, since, now, retention, longest, at_most=1000)

    assert moments(found) == moments(unread(ledger, max(since, now - retention), now))
    assert all(part.end - part.start <= longest for part in found)


def test_proofs_that_touch_are_one_proof():
    assert prove(prove(Ledger(), 0, 5), 5, 9) == Ledger((Interval(0, 9),))


def test_a_proof_that_begins_just_after_is_no_proof_of_the_moment_between():
    assert unread(prove(prove(Ledger(), 0, 5), 6, 9), 0, 5) == ()
    assert unread(prove(Ledger(), 6, 9), 0, 5) == (Interval(0, 5),)


def test_no_more_windows_are_asked_for_than_allowed():
    found = windows(Ledger(), 0, 7 * DAY, 7 * DAY, DAY, at_most=2)

    assert found == [Interval(0, DAY), Interval(DAY, 2 * DAY)]


def test_what_the_vendor_dropped_is_not_asked_for_again():
    found = windows(Ledger(), 0, 9 * DAY, 7 * DAY, 30 * DAY)

    assert found == [Interval(2 * DAY, 9 * DAY)]


def test_the_next_loss_is_when_the_oldest_unread_moment_expires():
    ledger = prove(Ledger(), 0, DAY)

    assert next_loss_at(ledger, 0, 3 * DAY, 7 * DAY) == 8 * DAY
    assert next_loss_at(prove(ledger, DAY, 3 * DAY), 0, 3 * DAY, 7 * DAY) is None


def test_what_was_read_after_all_is_not_lost():
    ledger = lose(Ledger(), before=DAY, since=0, reason="older than the vendor keeps")

    after = prove(ledger, 6 * HOUR, 12 * HOUR)

    assert after == Ledger(
        complete=(Interval(6 * HOUR, 12 * HOUR),),
        lost=(
            Lost(0, 6 * HOUR, "older than the vendor keeps"),
            Lost(12 * HOUR, DAY, "older than the vendor keeps"),
        ),
    )


def test_the_first_reason_of_a_loss_stands():
    ledger = lose(Ledger(), before=10, since=0, reason="refused")

    assert lose(ledger, before=20, since=5, reason="not kept").lost == (
        Lost(0, 10, "refused"),
        Lost(10, 20, "not kept"),
    )


def test_nothing_stored_is_an_empty_ledger():
    assert from_json(None) == Ledger()
    assert from_json({}) == Ledger()
    assert to_json(Ledger((Interval(1, 2),), (Lost(2, 3, "refused"),))) == {
        "complete": [[1, 2]],
        "lost": [[2, 3, "refused"]],
    }


def test_moments_before_1970_are_trimmed_too():
    assert trim(prove(Ledger(), -5, 5), 0) == Ledger((Interval(0, 5),))


@law(ledgers(), MOMENTS)
def test_letting_go_turns_proof_into_loss_before_the_edge_and_nothing_else(ledger, edge):
    left = let_go(ledger, edge, "let go")

    assert unread(left, 0, 24) == unread(ledger, 0, 24)
    assert moments(left.complete) == [at for at in moments(ledger.complete) if at >= edge]
    assert let_go(left, edge, "let go") == left
    gone = [part for part in left.lost if part.reason == "let go"]
    assert moments(gone) == [at for at in moments(ledger.complete) if at < edge]
