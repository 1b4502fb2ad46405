"""The device list."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices.models import Device
from devices.views import listing_facets
from people.roles import Role
from reporting.models import Cell, Sink
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.devices.views.streams import streamed

# session, user with rights; devices with coverage, products,
# cells of USH, open items; tally by category, devices in operations; kept views; parked project
QUERIES = 10
FACETS = {"HX-Request": "true", "HX-Target": "device-facets"}  # the part that is counted later


@pytest.fixture
def viewer(db):
    return scene.client(Role.VIEWER)


def told(answer):
    return answer.content.decode()


def test_an_outsider_is_led_to_sign_in(db):
    answer = Client().get("/devices/?q=online:false")

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/login/?next=/devices/%3Fq%3Donline%3Afalse",
    )


def test_somebody_without_a_role_reads_why_they_may_not(db):
    answer = scene.client(None).get("/devices/")

    assert answer.status_code == 403


@pytest.mark.parametrize("count", [1, 50])
def test_one_device_and_fifty_cost_the_same(viewer, count):
    for device in scene.devices(count, status={"switch_led": True}):
        scene.proven(device, (NOON - timedelta(days=1), NOON))

    with CaptureQueriesContext(connection) as queries:
        answer = viewer.get("/devices/")

    assert answer.context["page"].rows[0].name == "Lamp 0"
    assert len(queries) == QUERIES, "\n".join(one["sql"][:150] for one in queries)


def test_a_row_tells_state_values_and_coverage(viewer):
    device = scene.device(status={"switch_led": True, "temp_current": 223}, online_since=NOON)
    scene.proven(device, (NOON - timedelta(days=7), NOON))

    (row,) = viewer.get("/devices/").context["rows"]

    assert (row.device, row.state, row.since) == (device, "online", NOON)
    assert [reading.text for reading in row.values] == ["ON"]


def test_secrets_are_not_even_read(viewer):
    scene.device(local_key="very-secret")

    (row,) = viewer.get("/devices/").context["rows"]

    assert "local_key" in row.device.get_deferred_fields()


def test_a_value_that_breaks_its_specification_is_shown_and_flagged(viewer):
    scene.device(category="no category we know", status={"temp_current": 9999})

    answer = viewer.get("/devices/")

    ((reading,),) = [row.values for row in answer.context["rows"]]
    assert (reading.raw, reading.valid) == (9999, False)
    assert "fleet-chip-bad" in told(answer)


def test_the_order_by_event_puts_silent_devices_last(viewer):
    scene.device("a", "A", last_event_at=None)
    scene.device("b", "B", last_event_at=NOON - timedelta(hours=1))
    scene.device("c", "C", last_event_at=NOON)

    answer = viewer.get("/devices/?sort=-last_event")

    assert [row.device.name for row in answer.context["rows"]] == ["C", "B", "A"]


def test_pages_follow_each_other_without_loss(viewer):
    scene.devices(60)

    first = viewer.get("/devices/?size=25")
    second = viewer.get(f"/devices/?size=25&cursor={first.context['page'].next}")
    third = viewer.get(f"/devices/?size=25&cursor={second.context['page'].next}")

    names = [r.device.pk for answer in (first, second, third) for r in answer.context["rows"]]
    assert sorted(names) == sorted(Device.objects.values_list("pk", flat=True))
    assert third.context["page"].next is None


def test_a_refresh_of_the_open_page_brings_only_the_table(viewer):
    scene.device()

    answer = viewer.get("/devices/", headers={"HX-Request": "true", "HX-Target": "device-table"})

    assert told(answer).lstrip().startswith('<div id="device-table"')
    assert "HX-Request" in answer["Vary"]


def test_no_match_and_nothing_yet_are_two_different_texts(viewer):
    nothing_yet = told(viewer.get("/devices/"))
    no_match = told(viewer.get("/devices/?q=nowhere"))

    assert ("No devices yet" in nothing_yet, "No device matches" in nothing_yet) == (True, False)
    assert ("No devices yet" in no_match, "No device matches" in no_match) == (False, True)


@pytest.mark.parametrize(
    "query",
    ["cursor=%00", "cursor=zzz", "size=-1", "sort=;drop", "q=%00%FF", "q=dp:a=1e999", "q=seen:x"],
)
def test_bad_input_shows_the_list_with_a_word_about_it(viewer, query):
    scene.device()

    answer = viewer.get(f"/devices/?{query}")

    assert answer.status_code == 200


def test_a_broken_link_says_that_this_is_the_first_page(viewer):
    answer = viewer.get("/devices/?cursor=zzz")

    assert answer.context["hints"] == [
        "This link to a page of the list is broken; here is the first page."
    ]


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.VIEWER, []),
        (Role.OPERATOR, ["rename"]),
        (Role.MANAGER, ["rename", "remove", "factory_reset"]),
    ],
)
def test_only_what_the_role_may_do_is_offered(db, role, kinds):
    scene.device()

    page = told(scene.client(role).get("/devices/"))

    offered = ("rename", "remove", "factory_reset")
    assert [kind for kind in offered if f'value="{kind}"' in page] == kinds


def test_a_name_is_text_and_never_markup(viewer):
    scene.device(name="<script>alert(1)</script>")

    page = told(viewer.get("/devices/"))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_columns_of_the_address_are_shown_in_its_order(viewer):
    scene.device(status={"temp_current": 223}, gateway_id="gw1", uuid="u1")

    answer = viewer.get("/devices/?columns=uuid,name,dp:temp_current,gateway,nonsense")

    (row,) = answer.context["rows"]
    assert [column.title for column in answer.context["columns"]] == [
        "UUID", "Name", "Temperature", "Gateway",
    ]  # fmt: skip
    assert [cell.text for cell in row.cells] == ["u1", "", "22.3 °C", "gw1"]


def test_the_picker_is_remembered_and_a_link_with_other_columns_forgets_nothing(viewer):
    scene.device()

    kept = viewer.get("/devices/?q=online:true&column=state&column=dp:switch_led&keep=1")
    followed = viewer.get("/devices/?columns=name,uuid")
    plain = viewer.get("/devices/")

    assert kept["Location"] == "/devices/?q=online:true&columns=name,state,dp:switch_led"
    assert [one.name for one in followed.context["columns"]] == ["name", "uuid"]
    assert [one.name for one in plain.context["columns"]] == ["name", "state", "dp:switch_led"]


def test_the_file_holds_what_the_page_shows_in_its_order(viewer):
    scene.device("a", "=A lamp", status={"temp_current": 223}, last_event_at=NOON)
    scene.device("b", "B lamp", status={"temp_current": 201}, online=False)
    scene.device("c", "Another", category="cz", online=False)

    _answer, told = streamed(
        viewer,
        "/devices/export.csv?q=category:dj&sort=-name&columns=name,state,dp:temp_current,event",
    )

    assert told.decode().splitlines() == [
        "Device id,Name,State,Temperature,Last event",
        "b,B lamp,Offline,20.1 °C,",
        "a,'=A lamp,Online,22.3 °C,2026-11-21T12:00:00.000Z",
    ]


def test_a_search_whose_product_is_looked_up_first_has_its_file_as_any_other(viewer):
    scene.device("a", "Desk lamp")

    found = [
        streamed(viewer, f"/devices/export.csv?columns=name&q=product:{part}")[1].decode()
        for part in ("lamp", "nothing")
    ]

    assert [told.splitlines() for told in found] == [
        ["Device id,Name", "a,Desk lamp"],
        ["Device id,Name"],
    ]


def test_the_file_of_a_stranger_is_the_sign_in(db):
    answer = Client().get("/devices/export.csv")

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/devices/export.csv")


def test_a_product_that_nothing_is_called_finds_nobody_and_counts_nobody(viewer):
    scene.device("a", "Desk lamp", category="dj")

    pages = [
        viewer.get(f"/devices/?q=product:nothing{more}")
        for more in ("", "&facets=1", "+online:true&facets=1", "&sort=last_event")
    ]
    pages.append(viewer.get("/devices/?q=product:nothing+online:true&facets=1", headers=FACETS))

    assert [page.status_code for page in pages] == [200] * 5
    assert not any("Desk lamp" in page.content.decode() for page in pages)


def facets(answer):
    """Give what each facet offers."""
    return {
        facet.key: [(one.words, one.devices, one.chosen, one.line) for one in facet.choices]
        for facet in answer.context["facets"]
    }


def test_facets_count_each_under_the_tokens_of_the_others(viewer):
    scene.device("a", tags=["lab"])
    scene.device("b", online=False, tags=["lab", "spare"])
    scene.device("c", category="cz")
    scene.device("gone", state="removed", tags=["lab"])
    scene.device("old", retired_at=NOON)

    answer = viewer.get("/devices/?facets=1&q=category:dj", headers=FACETS)

    assert facets(answer) == {
        "online": [
            ("Offline", 1, False, "category:dj online:false"),
            ("Online", 1, False, "category:dj online:true"),
        ],
        "category": [
            ("light", 2, True, ""),
            ("socket", 1, False, "category:cz"),
        ],
        "product": [("Product lamp", 2, False, "category:dj product:lamp")],
        "tag": [
            ("lab", 2, False, "category:dj tag:lab"),
            ("spare", 1, False, "category:dj tag:spare"),
        ],
    }


def test_the_page_keeps_room_for_facets_that_are_counted_after_it(viewer):
    scene.device("a", tags=["lab"])
    scene.device("b", category="cz", online=False, product=scene.product("plug"))
    address = "/devices/?facets=1&amp;q=category:dj"

    page = told(viewer.get(html.unescape(address)))
    part = told(viewer.get(html.unescape(address), headers=FACETS))

    facet = ["<section", "<h2", "<li"]
    kept = [*facet, "<li", *facet, "<li", *facet, "<li", *facet]  # state, category, product and tag
    here = page.partition('id="device-facets"')[2].partition("<table")[0]
    lines = [re.findall(r"<section|<h2|<li", text) for text in (here, part)]
    assert f'id="device-facets" hx-get="{address}" hx-trigger="load"' in page
    assert lines == [kept, kept]
    assert (">Counting…<" in page, "hx-trigger" in part) == (True, False)


def test_facets_of_more_devices_than_are_counted_say_so(viewer, monkeypatch):
    monkeypatch.setattr(listing_facets, "MOST_COUNTED", 2)
    scene.devices(3, online=True)
    note = "Counted among 2 of them."

    # the census knows the first two, each device is looked at for the third
    lines = ("", "online:true", "online:true seen:>1d")
    parts = [told(viewer.get(f"/devices/?q={one}", headers=FACETS)) for one in lines]

    assert [note in part for part in parts] == [False, False, True]


def test_a_device_with_many_tags_is_one_device_looked_at(viewer, monkeypatch):
    monkeypatch.setattr(listing_facets, "MOST_COUNTED", 2)
    scene.device("a", tags=["hall", "lab", "new"])

    part = told(viewer.get("/devices/", headers=FACETS))

    assert "Counted among" not in part


def test_facets_of_words_count_who_has_them(viewer):
    scene.device("a", "Bedroom", tags=["lab", "spare"])
    scene.device("b", "Living room", online=False, tags=["lab"])
    scene.device("c", "Room", category="cz")
    scene.device("d", "Plug", tags=["lab"])

    counted = facets(viewer.get("/devices/?facets=1&q=category:dj room", headers=FACETS))

    assert {key: [one[:2] for one in found] for key, found in counted.items()} == {
        "online": [("Offline", 1), ("Online", 1)],
        "category": [("light", 2), ("socket", 1)],
        "product": [("Product lamp", 2)],
        "tag": [("lab", 2), ("spare", 1)],
    }


def test_a_whole_filter_becomes_the_list_of_the_order_and_what_is_unclear_chooses_nobody(db):
    scene.devices(3, online=False)
    scene.device("on", "On")
    manager = scene.client(Role.MANAGER)

    meant = manager.get("/operations/new/?kind=remove&all=1&q=online:false&device=on")
    unclear = manager.get("/operations/new/?kind=remove&all=1&q=onlin:false")

    assert [one[0] for one in meant.context["scope"]] == ["bf0000", "bf0001", "bf0002"]
    assert [one.device.device_id for one in meant.context["plan"].will_act] == [
        "bf0000", "bf0001", "bf0002",
    ]  # fmt: skip
    assert (unclear.status_code, unclear.context["draft"].device_ids) == (400, ())
    assert "The filter was not understood, so it chooses no device." in told(unclear)


def test_devices_are_found_by_how_they_stand_with_ush(viewer):
    sink, _made = Sink.objects.get_or_create(name="ush")
    given = {"sink": sink, "property": "PowerState", "value": "ON",
             "source_at": 0, "shard": 0, "first_dirty_at": NOON, "next_try_at": NOON}  # fmt: skip
    for device_id, more in {
        "told": {"acked_version": 1},
        "waits": {},
        "stuck": {"lane": Cell.Lane.QUARANTINE},
        "never": None,
    }.items():
        scene.device(device_id, device_id)
        if more is not None:
            Cell.objects.create(device_key=device_id, ush_device_id=device_id, **given, **more)

    found = {
        state: [row.device.name for row in viewer.get(f"/devices/?q=ush:{state}").context["rows"]]
        for state in ("waiting", "quarantine")
    }

    assert found == {"waiting": ["waits"], "quarantine": ["stuck"]}
    assert viewer.get("/devices/?q=ush:x").context["hints"] == ["ush: is waiting or quarantine."]


@pytest.mark.parametrize("tag", ["lab", "second floor", "a&b=c", "50% <off>", "二楼 东"])
def test_a_tag_leads_to_the_devices_that_carry_it_from_the_list_and_from_the_devices_page(
    viewer, tag
):
    scene.device("bf01", tags=[tag])
    scene.device("bf02", tags=["second"])

    for page, place in (("/devices/?q=id:bf01", "/devices/"), ("/devices/bf01/", "")):
        [chip] = re.findall(r'fleet-chip[^"]*" href="([^"]*q=tag:[^"]*)"', told(viewer.get(page)))
        found = viewer.get(place + html.unescape(chip)).context["page"].rows

        assert [row.device_id for row in found] == ["bf01"]
