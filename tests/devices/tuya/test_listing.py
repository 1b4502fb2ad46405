"""Walking lists: complete only when the vendor's own words prove it."""

import pytest

from devices.tuya.errors import Refused, Unavailable, Unintelligible

from .conftest import ok, refusal


def thing(ident, **facts):
    return {"id": ident, "name": f"n-{ident}"} | facts


def associated(*ids, **facts):
    return ok({"devices": [thing(ident) for ident in ids]} | facts)


def walked(cloud, discovery, known=()):
    pages = list(cloud.listing(discovery, known))
    ids = [device.id for page in pages for device in page.devices]
    return ids, [page.complete for page in pages], pages[-1].why


def test_associated_users_are_walked_by_the_cursor(script, cloud):
    script.will(
        associated("a", "b", has_more=True, last_row_key="k1", total=3),
        associated("c", has_more=False, last_row_key="k2", total=3),
    )

    found = walked(cloud, "associated-users")

    assert found == (["a", "b", "c"], [False, True], "")
    assert [str(request.url.query, "ascii") for request in script.business] == [
        "size=100",
        "last_row_key=k1&size=100",
    ]


def test_without_has_more_the_walk_goes_on_to_the_total(script, cloud):
    script.will(
        associated("a", last_row_key="k1", total=2), associated("b", last_row_key="k2", total=2)
    )

    assert walked(cloud, "associated-users") == (["a", "b"], [False, True], "")


def test_without_has_more_and_cursor_the_walk_ends(script, cloud):
    script.will(associated("a"))

    assert walked(cloud, "associated-users") == (["a"], [True], "")


def test_fewer_devices_than_the_total_are_not_the_whole_list(script, cloud):
    script.will(associated("a", has_more=False, total=500))

    assert walked(cloud, "associated-users") == (["a"], [False], "1 of 500 devices came")


def test_a_device_that_comes_twice_stands_in_for_none_that_did_not_come(script, cloud):
    script.will(
        associated("a", "b", has_more=True, last_row_key="k1", total=3),
        associated("b", has_more=False, total=3),
    )

    found = walked(cloud, "associated-users")

    assert found == (["a", "b"], [False, False], "2 of 3 devices came")


def test_a_cursor_that_stands_still_ends_the_walk_incomplete(script, cloud):
    page = associated("a", has_more=True, last_row_key="k1")
    script.will(page, page)

    found = walked(cloud, "associated-users")

    assert found == (["a"], [False, False], "the cursor came back to a page already read")


def test_a_cursor_that_goes_in_circles_ends_the_walk_incomplete(script, cloud):
    script.will(
        associated("a", has_more=True, last_row_key="k1"),
        associated("b", has_more=True, last_row_key="k2"),
        associated("a", has_more=True, last_row_key="k1"),
    )

    found = walked(cloud, "associated-users")

    assert found == (["a", "b"], [False] * 3, "the cursor came back to a page already read")


def test_more_without_a_cursor_is_incomplete(script, cloud):
    script.will(associated("a", has_more=True))

    found = walked(cloud, "associated-users")

    assert found == (["a"], [False], "more devices are announced but no cursor to continue from")


def test_an_empty_page_that_promises_more_is_not_the_end(script, cloud):
    script.will(associated(has_more=True, last_row_key="k1"), associated("a", has_more=False))

    assert walked(cloud, "associated-users") == (["a"], [False, True], "")


def test_empty_pages_without_end_are_given_up(script, cloud):
    script.will(*[associated(has_more=True, last_row_key=f"k{n}") for n in range(9)])

    found = walked(cloud, "associated-users")

    assert found == ([], [False] * 3, "3 empty pages in a row")


def test_a_device_in_two_homes_comes_once(script, cloud):
    script.will(
        associated("a", "b", has_more=True, last_row_key="k1"),
        associated("b", "c", has_more=False),
    )

    assert walked(cloud, "associated-users")[0] == ["a", "b", "c"]


@pytest.mark.parametrize("page", [0, 1])
def test_a_device_without_id_on_any_page_is_counted_and_spoils_the_proof(script, cloud, page):
    devices = [[thing("a")], [thing("b")]]
    devices[page].append({"name": "x"})
    script.will(
        ok({"devices": devices[0], "has_more": True, "last_row_key": "k1"}),
        ok({"devices": devices[1], "has_more": False}),
    )

    pages = list(cloud.listing("associated-users"))

    assert [found.unreadable for found in pages] == [int(page == 0), int(page == 1)]
    assert (pages[-1].complete, pages[-1].why) == (False, "1 devices came without an id")


def test_a_users_device_without_id_spoils_the_proof(script, cloud):
    script.will(ok([{"name": "x"}]), ok([thing("b")]))

    assert walked(cloud, "user:u1,u2") == (
        ["b"],
        [False, False],
        "1 devices came without an id",
    )


def test_a_walk_that_breaks_hands_over_what_it_has_and_then_raises(script, cloud):
    script.will(
        associated("a", has_more=True, last_row_key="k1"), *[refusal(1111) for _ in range(3)]
    )
    pages = cloud.listing("associated-users")

    first = next(pages)
    with pytest.raises(Unavailable):
        next(pages)

    assert [device.id for device in first.devices] == ["a"]


@pytest.mark.parametrize("result", [None, {}, {"devices": None}, "x"])
def test_a_listing_without_a_list_is_never_read_as_an_empty_one(script, cloud, result):
    script.will(ok(result))

    with pytest.raises(Unintelligible):
        list(cloud.listing("associated-users"))


def test_each_users_devices_come_in_one_call(script, cloud):
    script.will(ok([thing("a", status=[]), thing("b")]), ok([thing("b"), thing("c")]))

    assert walked(cloud, "user:u1, u2") == (["a", "b", "c"], [False, True], "")
    assert [request.url.path for request in script.business] == [
        "/v1.0/users/u1/devices",
        "/v1.0/users/u2/devices",
    ]


def test_a_user_without_devices_is_an_empty_list(script, cloud):
    script.will(refusal(2002))

    assert walked(cloud, "user:u1") == ([], [True], "")


def test_the_thing_listing_ends_at_an_empty_page_and_not_at_a_short_one(script, cloud):
    script.will(ok([{"id": "a", "customName": "A"}, {"id": "b"}]), ok([{"id": "c"}]), ok([]))

    assert walked(cloud, "thing") == (["a", "b", "c"], [False, False, True], "")
    assert [str(request.url.query, "ascii") for request in script.business] == [
        "page_size=20",
        "last_id=b&page_size=20",
        "last_id=c&page_size=20",
    ]


def test_a_thing_listing_that_repeats_its_page_is_given_up(script, cloud):
    script.will(ok([{"id": "a"}]), ok([{"id": "a"}]))

    found = walked(cloud, "thing")

    assert found == (["a"], [False, False], "the cursor came back to a page already read")


def test_known_ids_are_asked_for_by_twenty_with_a_page_size(script, cloud):
    ids = [f"d{n:02}" for n in range(25)]
    script.will(
        ok({"devices": [thing(ident) for ident in ids[:20]], "total": 20}),
        ok({"devices": [thing(ident) for ident in ids[20:24]], "total": 4}),
    )

    found = walked(cloud, "ids", ids)

    assert found == (ids[:24], [False, True], "")
    assert dict(script.business[1].url.params) == {
        "device_ids": "d20,d21,d22,d23,d24",
        "page_no": "1",
        "page_size": "20",
    }


def test_one_forbidden_id_does_not_hide_the_others(script, cloud):
    script.will(
        refusal(1106),
        ok({"devices": [thing("a")]}),
        refusal(1106),
        refusal(1106),
        ok({"devices": [thing("c")]}),
    )

    found = walked(cloud, "ids", ["a", "bad", "c"])

    assert found == (["a", "c"], [True], "")


@pytest.mark.parametrize("code", [1108, 28841101])
def test_where_the_batch_is_not_to_be_had_ids_are_asked_one_by_one(script, cloud, code):
    script.will(refusal(code), ok(thing("a")), refusal(2010), ok(thing("c")))

    assert walked(cloud, "ids", ["a", "gone", "c"]) == (["a", "c"], [True], "")


def test_a_parked_account_ends_the_walk_at_once(script, cloud):
    script.will(refusal(28841002))

    with pytest.raises(Refused) as raised:
        list(cloud.listing("ids", ["a", "b"]))

    assert (raised.value.account, len(script.business)) == (True, 1)


def test_no_known_ids_make_no_call(script, cloud):
    assert walked(cloud, "ids") == ([], [True], "")
    assert script.requests == []


@pytest.mark.parametrize("name", ["", "user:", "user", "assets", "user: "])
def test_an_unknown_discovery_is_refused_by_name(cloud, name):
    with pytest.raises(ValueError, match="names no listing"):
        cloud.listing(name)
