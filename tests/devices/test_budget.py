"""The month's calls: spread over what is left of the month, and honest about when they end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from devices import harvest, project, sync
from devices.budget import FOR_LISTS, Budget
from devices.models import CallCount, SyncRun

MIDDLE = datetime(2026, 11, 16, tzinfo=UTC)  # half of November is gone, half is left


def test_without_a_quota_nothing_waits_and_nothing_ends():
    free = Budget(limit=None, used=1_000_000, now=MIDDLE)

    assert (free.left, free.spent, free.list_wait(100), free.logs_in(timedelta(hours=1))) == (
        None,
        False,
        timedelta(0),
        None,
    )
    assert free.ends_at() is None


def test_looks_spread_over_the_rest_of_the_month_use_their_share_and_no_more():
    budget = Budget(limit=30_000, used=15_000, now=MIDDLE)

    wait = budget.list_wait(10)

    looks = timedelta(days=15) / wait
    assert round(looks * 10) == round(15_000 * FOR_LISTS)


def test_at_twice_the_pace_the_calls_end_halfway_through_what_is_left():
    budget = Budget(limit=30_000, used=20_000, now=MIDDLE)

    assert budget.ends_at() == MIDDLE + timedelta(days=7.5)


def test_at_an_even_pace_the_calls_last():
    assert Budget(limit=30_001, used=15_000, now=MIDDLE).ends_at() is None


def test_a_month_used_up_waits_for_its_end():
    budget = Budget(limit=10, used=12, now=MIDDLE)

    assert (budget.spent, budget.list_wait(5)) == (True, timedelta(days=15))


@pytest.mark.django_db(transaction=True)
def test_a_month_used_up_stops_reading_and_says_so(cloud, look, settings):
    look()
    settings.TUYA_MONTHLY_CALLS = CallCount.objects.count()
    cloud.forget_calls()

    left_alone = sync.sync(timezone.now())
    logs_left_alone = harvest.harvest(timezone.now())

    assert (left_alone, logs_left_alone, cloud.calls) == (None, None, [])
    assert project.budget(timezone.now()).spent


@pytest.mark.django_db(transaction=True)
def test_a_small_quota_makes_the_next_look_wait(cloud, look, settings):
    first = look()
    settings.TUYA_MONTHLY_CALLS = 26_000

    too_early = sync.sync(timezone.now())
    SyncRun.objects.update(started_at=first.started_at - timedelta(hours=12))
    in_time = sync.sync(timezone.now())

    assert (too_early, in_time.outcome) == (None, "complete")
