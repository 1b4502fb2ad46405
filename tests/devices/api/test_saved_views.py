"""Views under a name over REST: one's own and shared ones, changed by their owner only."""

import pytest

from devices.models import SavedView
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db

URL = "/api/v1/views/"


@pytest.fixture
def api():
    return persons.api(Role.VIEWER)


@pytest.fixture
def other():
    return persons.api(Role.VIEWER)


def keep(api, name="Off", **given):
    body = {"page": "devices", "name": name, "query": "q=online:false"} | given
    answer = api.post(URL, body)
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


def test_a_view_is_kept_and_saving_it_again_replaces_it(api):
    first = api.post(URL, {"page": "devices", "name": " Off  now ", "query": "?q=online:false"})
    again = api.post(URL, {"page": "devices", "name": "Off now", "query": "", "shared": True})

    kept = SavedView.objects.get()
    wanted = {
        "id": kept.pk,
        "page": "devices",
        "name": "Off now",
        "query": "q=online:false",
        "shared": False,
        "owner": api.owner.username,
        "mine": True,
        "address": "/devices/?q=online:false",
        "created_at": first.json()["created_at"],
    }
    assert (first.status_code, first.json()) == (201, wanted)
    changed = {"query": "", "shared": True, "address": "/devices/?"}
    assert (again.status_code, again.json()) == (200, wanted | changed)


def test_one_sees_ones_own_views_and_those_that_others_share(api, other):
    keep(api, "mine")
    keep(other, "theirs", shared=True, page="logs", query="code=switch_1")
    hidden = keep(other, "hidden")["id"]

    whole = api.get(URL).json()["results"]
    logs = api.get(URL, {"page": "logs"}).json()["results"]

    assert [(one["name"], one["mine"]) for one in whole] == [("mine", True), ("theirs", False)]
    assert logs == [whole[1]]
    assert api.get(f"{URL}{whole[1]['id']}/").json() == whole[1]
    assert api.get(f"{URL}{hidden}/").status_code == 404


def test_the_owner_renames_asks_anew_shares_and_forgets(api, other):
    view = keep(api)
    address = f"{URL}{view['id']}/"
    read = api.get(address)

    body = {"name": "On", "query": "q=online:true", "shared": True}
    changed = api.patch(address, body, headers={"If-Match": read["ETag"]})
    stale = api.patch(address, {"name": "Late"}, headers={"If-Match": read["ETag"]})
    theirs = [other.patch(address, {"name": "Stolen"}), other.delete(address)]
    gone = api.delete(address)

    assert changed.json() == view | body | {"address": "/devices/?q=online:true"}
    assert stale.status_code == 412
    assert [(one.status_code, one.json()["code"]) for one in theirs] == [(403, "forbidden")] * 2
    assert (gone.status_code, SavedView.objects.exists()) == (204, False)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"page": "devices", "name": " "}, 400, "invalid"),
        ({"page": "nowhere", "name": "x"}, 400, "invalid"),
        ({"page": "devices", "name": "x", "query": "cursor=abc"}, 400, "invalid"),
        ({"page": "devices", "name": "x", "owner": "bob"}, 400, "invalid"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(api, body, status, code):
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not SavedView.objects.exists()


def test_two_views_never_share_a_name_and_a_read_only_token_keeps_none(api):
    keep(api, "one")
    two = keep(api, "two")

    taken = api.patch(f"{URL}{two['id']}/", {"name": "one"})
    reader = persons.api(Role.ADMIN, read_only=True)
    refused = reader.post(URL, {"page": "devices", "name": "x"})

    assert (taken.status_code, taken.json()["detail"]) == (
        409,
        "You keep another view under this name.",
    )
    assert (refused.status_code, reader.get(URL).status_code) == (403, 200)
    assert refused.json()["detail"] == "This token is read-only: use one that may write."


def test_a_list_of_views_costs_the_same_for_one_and_for_twenty(api, django_assert_num_queries):
    keep(api, "0")
    with django_assert_num_queries(2):  # token with rights, views with owners
        api.get(URL)
    for number in range(1, 20):
        SavedView.objects.create(
            page="logs", name=str(number), owner=api.owner, created_at=api.owner.date_joined
        )
    with django_assert_num_queries(2):
        assert len(api.get(URL).json()["results"]) == 20
