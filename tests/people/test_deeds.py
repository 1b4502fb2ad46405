"""The record of deeds: for admins only, the newest first, page by page, the same cost for all."""

from datetime import timedelta

import pytest
from django.test import Client

from people import deeds
from people.models import Deed
from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db


def made(count, at):
    for n in range(count):
        deeds.record(f"person {n}", "revealed", at, about=f"bf{n}", address="203.0.113.9")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.MANAGER])
def test_only_admins_read_deeds(role):
    assert Client().get("/deeds/").status_code == 302
    assert scene.client(role).get("/deeds/").status_code == 403


def test_a_deed_says_who_from_where_what_and_about_what(now):
    made(1, now)
    admin = scene.client(Role.ADMIN)

    page = scene.text(admin.get("/deeds/"))

    assert "person 0 203.0.113.9 looked at the local key bf0" in page
    assert 'href="/deeds/"' in admin.get("/people/").content.decode()


def test_a_deed_tells_why_which_devices_and_what_else(now):
    deeds.record("ann", "op-asked", now, why="it blinks", devices=list("abcd"), kind="remove")
    admin = scene.client(Role.ADMIN)

    page = scene.text(admin.get("/deeds/"))

    assert "asked for an operation" in page
    assert "“it blinks” · a, b, c … (4) · kind: remove" in page


def test_an_empty_record_says_what_will_be_in_it():
    page = scene.text(scene.client(Role.ADMIN).get("/deeds/"))

    assert "Everything that people do and that may be asked about later is listed here." in page


def test_the_record_is_read_page_by_page_from_the_newest(now):
    made(120, now)
    admin = scene.client(Role.ADMIN)

    first = admin.get("/deeds/").context
    second = admin.get(f"/deeds/?before={first['older']}").context
    third = admin.get(f"/deeds/?before={second['older']}").context

    seen = [deed.who for page in (first, second, third) for deed in page["deeds"]]
    assert seen == [f"person {n}" for n in range(119, -1, -1)]
    assert third["older"] is None


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", "\0"])
def test_a_place_that_is_none_shows_the_newest(now, before):
    made(1, now)

    answer = scene.client(Role.ADMIN).get("/deeds/", {"before": before})

    assert [deed.who for deed in answer.context["deeds"]] == ["person 0"]


def test_one_deed_and_fifty_cost_the_same(now, django_assert_num_queries):
    admin = scene.client(Role.ADMIN)
    made(1, now)
    # session, user with rights, the page, and the cloud's standing for the top
    with django_assert_num_queries(4):
        admin.get("/deeds/")
    made(49, now)
    with django_assert_num_queries(4):
        admin.get("/deeds/")


@pytest.fixture
def record(now):
    """Five deeds, an hour apart: by two persons, a token of one of them, and Fleet itself."""
    told = [
        ("ann", "revealed", {"about": "bf1"}),
        ("ann (night run (fleet_ab12…))", "token-used", {"address": "198.51.100.7"}),
        ("anna", "op-asked", {"devices": ["bf1", "bf2"], "why": "It blinks"}),
        ("Fleet", "op-sent", {"devices": ["bf2"], "about": "#7 rename: Lamp"}),
        ("bob", "op-asked", {"devices": ["bf3"], "kind": "remove"}),
    ]
    for hours, (by, what, said) in enumerate(told):
        deeds.record(by, what, now + timedelta(hours=hours), **{"address": "", **said})
    return now


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"who": "ann"}, [2, 1]),
        ({"what": "op-asked"}, [5, 3]),
        ({"what": "op-asked", "who": "bob"}, [5]),
        ({"device": "bf1"}, [3, 1]),
        ({"device": "bf2"}, [4, 3]),
        ({"text": "BLINKS"}, [3]),
        ({"text": "remove"}, [5]),
        ({"text": "100.7"}, [2]),
        ({"since": 1, "until": 3}, [3, 2]),
        ({"who": "nobody"}, []),
    ],
)
def test_page_rest_and_file_find_the_same_deeds(record, asked, wanted):
    given = {
        name: f"{record + timedelta(hours=value):%Y-%m-%dT%H:%M}" if type(value) is int else value
        for name, value in asked.items()
    }
    admin = scene.client(Role.ADMIN)

    page = admin.get("/deeds/", given)
    rest = admin.get("/api/v1/deeds/", given).json()["results"]
    file = admin.get(f"/api/v1/deeds/?{page.context['file']}")

    assert [deed.pk for deed in page.context["deeds"]] == wanted
    assert [deed["id"] for deed in rest] == wanted
    lines = b"".join(file.streaming_content).decode().splitlines()[1:]
    assert [int(line.partition(",")[0]) for line in lines] == wanted


def test_each_filter_is_a_chip_that_takes_away_itself(record):
    asked = {"who": "ann", "what": "revealed", "since": "", "before": "9"}
    page = scene.client(Role.ADMIN).get("/deeds/", asked).content.decode()

    assert 'href="?what=revealed" title="Remove this filter"' in page
    assert 'href="?who=ann" title="Remove this filter"' in page
    assert page.count("Remove this filter") == 2 * 2  # each in words and as a title


def test_what_is_not_understood_is_said_on_the_page_and_refused_to_a_script(record):
    admin = scene.client(Role.ADMIN)

    page = scene.text(admin.get("/deeds/", {"since": "yesterday", "who": "bob"}))
    answers = [
        admin.get("/api/v1/deeds/", {name: "?"}).status_code for name in ("since", "what", "by")
    ]

    assert "Enter a valid date/time" in page
    assert "bob" in page
    assert "anna" not in page
    assert answers == [400, 400, 400]


def test_a_row_of_the_record_is_told_whole(record):
    row = scene.client(Role.ADMIN).get("/api/v1/deeds/?page_size=1").json()["results"][0]

    seal = row.pop("seal")
    assert row == {
        "id": 5,
        "at": f"{record + timedelta(hours=4):%Y-%m-%dT%H:%M:%S}.000Z",
        "who": "bob",
        "address": "",
        "what": "op-asked",
        "did": "asked for an operation",
        "about": "",
        "why": "",
        "devices": ["bf3"],
        "details": {"kind": "remove"},
    }
    assert seal == Deed.objects.get(pk=5).seal


def test_a_list_of_deeds_costs_the_same_for_one_and_for_fifty(now, django_assert_num_queries):
    admin = scene.client(Role.ADMIN)
    made(1, now)
    with django_assert_num_queries(3):  # session, user with rights, the page
        admin.get("/api/v1/deeds/")
    made(49, now)
    with django_assert_num_queries(3):
        assert len(admin.get("/api/v1/deeds/").json()["results"]) == 50
