"""Each listing, walked to its end by its own way of turning pages."""

import simulator
from tests.simulator.caller import Caller


def walk_associated(caller, size):
    key, pages = "", []
    while True:
        page = caller.result(
            "GET", "/v1.0/iot-01/associated-users/devices", size=size, last_row_key=key
        )
        pages.append(page)
        key = page["last_row_key"]
        if not page["has_more"]:
            return pages


def test_associated_users_lists_every_device_once_in_pages(sim, caller):
    pages = walk_associated(caller, 25)

    ids = [device["id"] for page in pages for device in page["devices"]]
    assert [len(page["devices"]) for page in pages] == [25, 25, 10]
    assert ids == list(sim.world.devices)
    assert {page["total"] for page in pages} == {60}
    assert pages[0]["devices"][0] == caller.result("GET", f"/v1.0/devices/{ids[0]}")


def test_an_unknown_size_word_is_ignored_and_twenty_come(caller):
    page = caller.result("GET", "/v1.0/iot-01/associated-users/devices", page_size=50)

    assert (len(page["devices"]), page["has_more"]) == (20, True)


def test_no_page_is_larger_than_a_hundred():
    with simulator.running(devices=150) as sim:
        caller = Caller(sim)
        caller.sign_in()
        pages = walk_associated(caller, 500)
        caller.close()

    assert [len(page["devices"]) for page in pages] == [100, 50]


def test_a_device_that_leaves_between_two_pages_moves_no_other(sim, caller):
    path = "/v1.0/iot-01/associated-users/devices"
    first = caller.result("GET", path, size=30)
    sim.remove_in_app(first["devices"][29]["id"])

    second = caller.result("GET", path, size=30, last_row_key=first["last_row_key"])

    assert [one["id"] for one in second["devices"]] == list(sim.world.devices)[30:]


def test_things_are_camel_case_pages_of_at_most_twenty(sim, caller):
    path = "/v2.0/cloud/thing/device"
    ids, last = [], ""
    while page := caller.result("GET", path, page_size=20, last_id=last):
        ids += [one["id"] for one in page]
        last = ids[-1]

    assert ids == list(sim.world.devices)
    assert {"customName", "isOnline", "localKey", "productId", "updateTime"} <= set(
        caller.result("GET", path, page_size=1)[0]
    )
    assert caller.code("GET", path, page_size=21) == 1101
    assert caller.code("GET", path) == 1101


def test_things_can_be_chosen_by_category(sim, caller):
    page = caller.result("GET", "/v2.0/cloud/thing/device", page_size=20, categories="kt,wk")

    wanted = [d.id for d in sim.world.present() if d.product.category in ("kt", "wk")]
    assert [one["id"] for one in page] == wanted


def test_each_app_account_has_its_own_devices():
    with simulator.running(devices=10, users=2) as sim:
        caller = Caller(sim)
        caller.sign_in()
        lists = [caller.result("GET", f"/v1.0/users/{uid}/devices") for uid in sim.world.uids]
        stranger = caller.code("GET", "/v1.0/users/stranger/devices")
        truth = [[d.id for d in sim.world.present() if d.uid == uid] for uid in sim.world.uids]
        caller.close()

    assert [[one["id"] for one in devices] for devices in lists] == truth
    assert sum(map(len, truth)) == 10
    assert stranger == 1106


def test_a_list_by_product_stops_at_twenty_when_nobody_asks_for_more():
    plug = simulator.Simulation(simulator.Options(devices=1)).world.products[0]
    with simulator.running(devices=35, products=[plug]) as sim:
        caller = Caller(sim)
        caller.sign_in()
        first = caller.result("GET", "/v1.0/devices", product_id=plug.pid)
        second = caller.result("GET", "/v1.0/devices", product_id=plug.pid, page_no=2)
        caller.close()

    assert (first["total"], len(first["devices"]), len(second["devices"])) == (35, 20, 15)


def test_named_devices_come_with_their_state(sim, caller):
    ids = list(sim.world.devices)[:3]

    answer = caller.result("GET", "/v1.0/devices", device_ids=",".join(ids))

    assert answer["total"] == 3
    assert answer["devices"][1] == caller.result("GET", f"/v1.0/devices/{ids[1]}")
