"""Several hands at one work: everything is done once, and a fault of one ends all."""

from threading import Lock, get_ident

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import hands

pytestmark = pytest.mark.django_db(transaction=True)


@given(items=st.integers(0, 60), count=st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_each_item_is_worked_on_exactly_once(items, count):
    done, lock = [], Lock()

    def work(item):
        with lock:
            done.append(item)

    hands.share(range(items), work, count)

    assert sorted(done) == list(range(items))


def test_the_first_fault_is_raised_and_ends_the_handing_out():
    done = []

    def work(item):
        if item == 3:
            raise ValueError("broken")
        done.append(item)

    with pytest.raises(ValueError, match="broken"):
        hands.share(iter(range(1_000_000)), work, 4)

    assert len(done) < 1_000_000


def test_one_hand_works_in_the_callers_own_thread():
    threads = set()

    hands.share(range(3), lambda _item: threads.add(get_ident()), 1)

    assert threads == {get_ident()}


@pytest.mark.parametrize(
    ("qps", "items", "wanted"), [(10, 500, 8), (10, 3, 1), (1, 500, 1), (3.5, 500, 3), (0.5, 9, 1)]
)
def test_no_more_hands_than_the_quota_or_the_work_can_use(qps, items, wanted):
    assert hands.enough(qps, items) == wanted
