"""Views that people keep: found again on their page, shared or not, never altered by others."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices.models import SavedView
from tests.devices.views import scene


@pytest.fixture
def kept(db):
    """Somebody who keeps a view of their own and one for all."""
    owner = scene.client(name="anna")
    for name, shared in (("mine", {}), ("for all", {"shared": "1"})):
        owner.post(
            "/views/save/",
            {"page": "devices", "name": name, "query": "q=online:false&cursor=x", **shared},
        )
    return owner


def menu(browser, path="/devices/"):
    return [
        (one["view"].name, one["address"], one["mine"], one["here"])
        for one in browser.get(path).context["views"]
    ]


def test_a_view_keeps_the_question_and_no_place_in_the_answer(kept):
    path = "/devices/?q=online:false"

    assert menu(kept, path) == [("for all", path, True, True), ("mine", path, True, True)]


def test_others_see_only_what_is_shared(kept):
    other = scene.client(name="ben")

    assert menu(other) == [("for all", "/devices/?q=online:false", False, False)]


def test_saving_under_a_name_again_replaces_what_it_meant(kept):
    answer = kept.post(
        "/views/save/", {"page": "devices", "name": " mine ", "query": "q=tag:lab&columns=name,id"}
    )

    assert answer["Location"] == "/devices/?q=tag:lab&columns=name,id"
    assert list(SavedView.objects.values_list("name", "query", "shared").order_by("name")) == [
        ("for all", "q=online:false", True),
        ("mine", "q=tag:lab&columns=name,id", False),
    ]


def test_only_the_owner_shares_or_forgets(kept):
    view = SavedView.objects.get(name="for all")
    other = scene.client(name="ben")

    refused = [other.post(f"/views/{view.pk}/{act}/").status_code for act in ("forget", "unshare")]
    unshared = kept.post(f"/views/{view.pk}/unshare/")
    seen = menu(other)
    forgotten = kept.post(f"/views/{view.pk}/forget/")

    assert refused == [404, 404]
    assert (unshared["Location"], seen, forgotten["Location"]) == ("/views/", [], "/views/")
    assert list(SavedView.objects.values_list("name", flat=True)) == ["mine"]


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "\0"])
def test_a_view_without_a_fitting_name_is_not_kept(kept, name):
    answer = kept.post("/views/save/", {"page": "logs", "name": name, "query": ""}, follow=True)

    assert "Give the view a name of at most 80 characters." in scene.text(answer)
    assert SavedView.objects.filter(page="logs").exists() is False


def test_the_page_of_views_costs_the_same_for_one_and_for_many(kept):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            kept.get("/views/")
        return len(queries)

    few = cost()
    for number in range(20):
        kept.post("/views/save/", {"page": "logs", "name": f"n{number}", "query": "range=1h"})

    assert (few, cost()) == (4, 4)


@pytest.mark.parametrize("path", ["/views/", "/views/save/", "/views/1/forget/"])
def test_a_stranger_is_led_to_sign_in(db, path):
    browser = Client()

    answer = browser.get(path) if path == "/views/" else browser.post(path)

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")
