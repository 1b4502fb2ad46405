"""Rename, remove, reset, command: what they change and what they leave behind."""

import simulator
from tests.simulator.caller import Caller


def last_row(sim, device_id):
    row = sim.world.rows(device_id)[-1]
    return (row.event_id, row.source, row.code, row.value)


def test_a_rename_is_taken_as_it_comes_and_logs_nothing(sim, caller, one):
    rows = len(sim.world.rows(one.id))

    answer = caller.result("PUT", f"/v1.0/devices/{one.id}", body={"name": " 体脂秤 💡 "})

    assert answer is True
    assert caller.result("GET", f"/v1.0/devices/{one.id}")["name"] == " 体脂秤 💡 "
    assert len(sim.world.rows(one.id)) == rows
    assert caller.code("PUT", f"/v1.0/devices/{one.id}", body={"name": 5}) == 1109
    assert caller.code("PUT", f"/v1.0/devices/{one.id}", body={"name": ""}) == 1100


def test_a_removed_device_is_in_no_list_and_cannot_be_removed_twice(sim, caller, one):
    assert caller.result("DELETE", f"/v1.0/devices/{one.id}") is True

    listed = caller.result("GET", f"/v1.0/users/{sim.uid}/devices")

    assert one.id not in {device["id"] for device in listed}
    assert caller.code("GET", f"/v1.0/devices/{one.id}") == 2010
    assert caller.code("DELETE", f"/v1.0/devices/{one.id}") == 2010
    assert caller.code("GET", f"/v1.0/devices/{one.id}/logs", type="4") == 2010


def test_a_reset_device_is_gone_but_its_log_tells_why(sim, caller, one):
    assert caller.result("PUT", f"/v1.0/devices/{one.id}/reset-factory") is True

    logs = caller.result("GET", f"/v1.0/devices/{one.id}/logs", type="4")["logs"]

    assert caller.code("GET", f"/v1.0/devices/{one.id}") == 1106
    assert caller.code("PUT", f"/v1.0/devices/{one.id}/reset-factory") == 1106
    assert [(row["event_id"], row["event_from"]) for row in logs] == [(4, "4")]


def test_the_log_may_go_with_a_reset():
    with simulator.running(devices=1, logs_after_reset=False) as sim:
        caller = Caller(sim)
        caller.sign_in()
        (device_id,) = sim.world.devices
        caller.result("PUT", f"/v1.0/devices/{device_id}/reset-factory")
        code = caller.code("GET", f"/v1.0/devices/{device_id}/logs", type="4")
        caller.close()

    assert code == 1106


def test_the_app_leaves_its_own_mark_in_the_log(sim):
    first, second = list(sim.world.devices)[:2]

    sim.reset_in_app(first)
    sim.remove_in_app(second)

    assert last_row(sim, first) == (4, "6", None, None)
    assert last_row(sim, second) == (4, "5", None, None)


def test_pairing_again_gives_the_same_id_a_new_key(sim, caller, one):
    old_key = one.local_key
    sim.reset_in_app(one.id)

    sim.repair(one.id)

    told = caller.result("GET", f"/v1.0/devices/{one.id}")
    assert told["local_key"] != old_key
    assert [row.event_id for row in sim.world.rows(one.id)] == [3, 1]


def test_a_command_changes_the_state_and_is_logged(sim, caller, one):
    sim.online(one.id)
    order = {"commands": [{"code": "switch_1", "value": False}]}

    answer = caller.result("POST", f"/v1.0/devices/{one.id}/commands", body=order)

    assert answer is True
    assert one.status["switch_1"] is False
    assert [(r.event_id, r.source, r.code, r.value) for r in sim.world.rows(one.id)[-2:]] == [
        (5, "4", "switch_1", "false"),
        (7, "1", "switch_1", "false"),
    ]


def test_commands_are_refused_whole_and_for_a_reason(sim, caller, one):
    path = f"/v1.0/iot-03/devices/{one.id}/commands"
    sim.online(one.id)
    before = dict(one.status)

    def order(*orders):
        return {"commands": [{"code": code, "value": value} for code, value in orders]}

    codes = [
        caller.code("POST", path, body=order(("switch_1", False), ("cur_power", 5))),
        caller.code("POST", path, body=order(("switch_1", "true"))),
        caller.code("POST", path, body=order(("countdown_1", 86_401))),
        caller.code("POST", path, body=order(("relay_status", "never"))),
        caller.code("POST", path, body={"commands": '[{"code":"switch_1","value":true}]'}),
    ]
    sim.offline(one.id)

    assert codes == [2008, 2008, 2008, 2008, 1109]
    assert one.status == before
    assert caller.code("POST", path, body=order(("switch_1", True))) == 2001


def test_the_newer_addresses_do_the_same(sim, caller):
    first, second = list(sim.world.devices)[:2]

    caller.result("PUT", f"/v1.0/iot-03/devices/{first}", body={"name": "Lamp"})
    caller.result("POST", f"/v1.0/iot-03/devices/{first}/actions/reset")
    caller.result("DELETE", f"/v1.0/iot-03/devices/{second}")

    devices = sim.world.devices
    assert (devices[first].name, devices[first].gone) == ("Lamp", "reset")
    assert devices[second].gone == "removed"
