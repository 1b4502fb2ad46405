from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from devices import retention
from people.roles import Role
from rest import idempotency
from rest.models import Answer
from tests.people import persons

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.rest.addresses")]


def post(api, key, **body):
    return api.post("/chore/", body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def made():
    return Group.objects.filter(name__startswith="work").count()


def test_the_same_key_and_body_get_the_first_answer_and_work_once():
    api = persons.api(Role.OPERATOR)

    first = post(api, "k1", name="work", size=1)
    second = api.post(
        "/chore/",
        '{"size": 1,   "name": "work"}',
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="k1",
    )

    assert (first.status_code, second.status_code, made()) == (202, 202, 1)
    assert first.json() == second.json()
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused():
    api = persons.api(Role.OPERATOR)
    post(api, "k1", name="work")

    answer = post(api, "k1", name="work other")

    assert (answer.status_code, answer.json()["code"], made()) == (
        422,
        "idempotency_key_reused",
        1,
    )


def test_keys_of_two_people_do_not_meet():
    one, other = persons.api(Role.OPERATOR), persons.api(Role.OPERATOR)

    answers = [post(one, "k1", name="work 1"), post(other, "k1", name="work 2")]

    assert ([answer.status_code for answer in answers], made()) == ([202, 202], 2)


def test_a_refused_call_leaves_nothing_and_may_be_tried_again_with_its_key():
    api = persons.api(Role.OPERATOR)

    refused = post(api, "k1", name="work", fail=True)
    left = made()
    tried_again = post(api, "k1", name="work")

    assert (refused.status_code, refused.json()["operation"], left) == (409, 7, 0)
    assert (tried_again.status_code, made()) == (202, 1)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_bad"),
        ("x" * 256, "idempotency_key_bad"),
        ("é", "idempotency_key_bad"),
    ],
)
def test_a_call_without_a_usable_key_is_refused(key, code):
    api = persons.api(Role.OPERATOR)
    header = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}

    answer = api.post("/chore/", {"name": "work"}, format="json", **header)

    assert (answer.status_code, answer.json()["code"], made()) == (400, code, 0)


def test_after_a_week_a_key_is_new_again_and_old_answers_are_forgotten():
    api = persons.api(Role.OPERATOR)
    post(api, "k1", name="work 1")
    post(api, "k2", name="work 2")
    Answer.objects.update(created_at=timezone.now() - timedelta(days=7, seconds=1))

    anew = post(api, "k1", name="work 3")

    assert (anew.status_code, made()) == (202, 3)
    assert idempotency.forget(timezone.now()) == 1
    assert list(Answer.objects.values_list("key", flat=True)) == ["k1"]


@pytest.mark.django_db(transaction=True)
def test_calls_that_race_with_one_key_work_once():
    api = persons.api(Role.OPERATOR)

    def call(_):
        try:
            return post(api, "k1", name="work")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(4)))

    assert made() == 1
    told = {(answer.status_code, answer.json().get("code")) for answer in answers}
    assert told <= {(202, None), (409, "idempotency_key_in_flight")}
    assert (202, None) in told


@pytest.mark.django_db(transaction=True)
def test_a_call_whose_twin_still_runs_is_told_to_wait():
    api = persons.api(Role.OPERATOR)
    number = f"{api.owner.pk}:k1"

    def hold_and_call():
        answer = post(api, "k1", name="work")
        connection.close()
        return answer

    with idempotency.transaction.atomic(), ThreadPoolExecutor(1) as pool:
        idempotency._hold(number)
        answer = pool.submit(hold_and_call).result()

    assert (answer.status_code, answer.json()["code"], made()) == (
        409,
        "idempotency_key_in_flight",
        0,
    )


def test_pruning_forgets_old_answers():
    api = persons.api(Role.OPERATOR)
    post(api, "k1", name="work 1")
    later = timezone.now() + timedelta(days=8)

    pruned = retention.prune(later)

    assert (pruned.answers, Answer.objects.count()) == (1, 0)
