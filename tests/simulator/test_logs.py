"""The log call: both editions give every row exactly once, newest first."""

import base64

import pytest

import simulator
from tests.simulator.caller import Caller

ALL = "1,2,3,4,5,6,7,8,9,10"


def shown(row):
    text = {"event_from": row.source, "event_id": row.event_id, "event_time": row.at}
    return text if row.code is None else text | {"code": row.code, "value": row.value}


def truth(sim, device_id, types=ALL):
    wanted = {int(one) for one in types.split(",")}
    return [shown(row) for row in reversed(sim.world.rows(device_id)) if row.event_id in wanted]


def walk_free(caller, device_id, size, **more):
    rows, key = [], ""
    while True:
        page = caller.result(
            "GET", f"/v1.0/devices/{device_id}/logs", size=size, start_row_key=key, **more
        )
        rows += page["logs"]
        key = page["next_row_key"]
        if not page["has_next"]:
            assert key is None
            return rows


def walk_paid(caller, device_id, size, **more):
    rows, key, at = [], "", ""
    while True:
        page = caller.result(
            "GET",
            f"/v1.0/devices/{device_id}/logs",
            size=size,
            query_type=2,
            last_row_key=key,
            last_event_time=at,
            **more,
        )
        rows += page["logs"]
        if not page["has_next"]:
            assert page["count"] == len(rows)
            return rows
        key, at = rows[-1]["row"], rows[-1]["event_time"]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_free_edition_walks_every_row_once_newest_first(sim, caller, one, size):
    assert walk_free(caller, one.id, size, type=ALL) == truth(sim, one.id)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_paid_edition_walks_every_row_once_with_its_key(sim, caller, one, size):
    rows = walk_paid(caller, one.id, size, type=ALL)

    assert [{k: v for k, v in row.items() if k not in ("row", "status")} for row in rows] == truth(
        sim, one.id
    )
    assert len({row["row"] for row in rows}) == len(rows)


def test_rows_of_one_millisecond_are_all_walked(sim, caller, one):
    at = sim.clock.now_ms() - 1000
    for value in (True, False, True):
        sim.world.report(one.id, "switch_1", value, at=at)
    sim.world.log(one.id, 9, at=at)

    assert walk_free(caller, one.id, 1, type=ALL) == truth(sim, one.id)
    assert [row["event_id"] for row in walk_paid(caller, one.id, 1, type=ALL)][:4] == [9, 7, 7, 7]


def test_the_key_of_a_page_names_its_first_row(caller, one):
    page = caller.result("GET", f"/v1.0/devices/{one.id}/logs", type=ALL, size=3)
    following = caller.result(
        "GET", f"/v1.0/devices/{one.id}/logs", type=ALL, size=3, start_row_key=page["next_row_key"]
    )

    assert following["current_row_key"] == page["next_row_key"]
    moment = base64.b64decode(page["current_row_key"]).decode().split("_")[1]
    assert (1 << 63) - 1 - int(moment) == page["logs"][0]["event_time"]


def test_rows_that_arrive_during_a_walk_do_not_disturb_it(sim, caller, one):
    before = truth(sim, one.id)
    path = f"/v1.0/devices/{one.id}/logs"
    page = caller.result("GET", path, type=ALL, size=10)
    sim.press(one.id, "switch_1", True)

    rest = caller.result("GET", path, type=ALL, size=100, start_row_key=page["next_row_key"])

    assert page["logs"] + rest["logs"] == before[:110]


def test_types_codes_and_window_choose_rows(sim, caller, one):
    rows = truth(sim, one.id)
    middle = rows[len(rows) // 2]["event_time"]

    drops = walk_free(caller, one.id, 50, type="1,2")
    switched = walk_free(caller, one.id, 50, type="7", codes="switch_1,fault")
    recent = walk_free(caller, one.id, 50, type=ALL, start_time=middle)
    older = walk_free(caller, one.id, 50, type=ALL, start_time=0, end_time=middle - 1)

    assert drops == truth(sim, one.id, "1,2")
    assert switched == [row for row in rows if row.get("code") in ("switch_1", "fault")]
    assert recent + older == rows
    assert caller.code("GET", f"/v1.0/devices/{one.id}/logs", size=5) == 1100


def test_rows_older_than_seven_days_are_gone(sim, caller, one):
    sim.world.log(one.id, 9, at=sim.clock.now_ms() - 6 * 86_400_000)
    kept = walk_free(caller, one.id, 100, type="9")
    sim.advance(86_400 + 60)
    caller.sign_in()

    left = walk_free(caller, one.id, 100, type="9", end_time=sim.clock.now_ms())

    assert left == kept[:-1]


def test_sizes_are_twenty_unless_asked_and_a_hundred_at_most():
    with simulator.running(devices=1, days=6) as sim:
        caller = Caller(sim)
        caller.sign_in()
        path = f"/v1.0/devices/{next(iter(sim.world.devices))}/logs"
        sizes = [
            len(caller.result("GET", path, type=ALL, **more)["logs"])
            for more in ({}, {"size": 500})
        ]
        caller.close()

    assert sizes == [20, 100]


def test_values_are_text_and_other_events_have_none(sim, caller, one):
    sim.press(one.id, "switch_1", True)
    sim.press(one.id, "cur_power", 1234)
    sim.offline(one.id)

    rows = walk_free(caller, one.id, 100, type="2,7")[:3]

    assert [(row["event_id"], row.get("code"), row.get("value")) for row in rows] == [
        (2, None, None),
        (7, "cur_power", "1234"),
        (7, "switch_1", "true"),
    ]
    assert "value" not in rows[0]


def test_a_cursor_of_another_device_is_refused(sim, caller, one):
    other = list(sim.world.devices)[1]
    page = caller.result("GET", f"/v1.0/devices/{other}/logs", type=ALL, size=2)

    path = f"/v1.0/devices/{one.id}/logs"

    assert caller.code("GET", path, type=ALL, start_row_key=page["next_row_key"]) == 1109


def test_paid_logs_need_the_paid_service():
    with simulator.running(devices=1, paid_logs=False) as sim:
        caller = Caller(sim)
        caller.sign_in()
        path = f"/v1.0/devices/{next(iter(sim.world.devices))}/logs"
        code = caller.code("GET", path, type="7", query_type=2)
        caller.close()

    assert code == 28841101
