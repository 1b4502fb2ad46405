"""What the fake device cloud says about one device, or a few."""

import json


def test_a_device_is_told_in_full_with_native_values(caller, one):
    told = caller.result("GET", f"/v1.0/devices/{one.id}")

    assert told == {
        "active_time": one.active_s,
        "biz_type": 18,
        "category": "cz",
        "create_time": one.created_s,
        "icon": "smart/icon/simplug0meter001.png",
        "id": one.id,
        "ip": one.ip,
        "lat": "31.2304",
        "local_key": one.local_key,
        "lon": "121.4737",
        "model": "",
        "name": one.name,
        "online": one.online,
        "owner_id": one.home,
        "product_id": "simplug0meter001",
        "product_name": "Metering plug",
        "status": [{"code": code, "value": value} for code, value in one.status.items()],
        "sub": False,
        "time_zone": "+08:00",
        "uid": one.uid,
        "update_time": one.updated_s,
        "uuid": one.uuid,
    }
    assert {type(row["value"]) for row in told["status"]} == {bool, int, str}


def test_status_is_a_list_without_times(caller, one):
    assert caller.result("GET", f"/v1.0/devices/{one.id}/status") == [
        {"code": code, "value": value} for code, value in one.status.items()
    ]


def test_a_batch_of_states_takes_twenty_and_no_stranger(sim, caller):
    ids = list(sim.world.devices)[:21]

    answers = caller.result("GET", "/v1.0/iot-03/devices/status", device_ids=",".join(ids[:20]))

    assert [row["id"] for row in answers] == ids[:20]
    assert answers[3]["status"] == caller.result("GET", f"/v1.0/devices/{ids[3]}/status")
    path = "/v1.0/iot-03/devices/status"
    assert caller.code("GET", path, device_ids=",".join(ids)) == 1101
    assert caller.code("GET", path, device_ids=f"{ids[0]},stranger") == 1106


def test_a_gateway_names_its_children_and_a_plug_has_none(sim, caller, one):
    child = next(device for device in sim.world.present() if device.gateway)

    children = caller.result("GET", f"/v1.0/devices/{child.gateway}/sub-devices")

    assert {
        "active_time": child.active_s,
        "category": child.product.category,
        "id": child.id,
        "name": child.name,
        "online": child.online,
        "owner_id": child.home,
        "product_id": child.product.pid,
        "update_time": child.updated_s,
    } in children
    assert caller.result("GET", f"/v1.0/devices/{one.id}/sub-devices") == []
    told = caller.result("GET", f"/v1.0/devices/{child.id}")
    assert (told["sub"], told["gateway_id"], told["ip"]) == (True, child.gateway, "")


def test_factory_facts_lack_what_the_factory_did_not_write(sim, caller):
    devices = sim.world.present()[:20]

    rows = caller.result(
        "GET", "/v1.0/devices/factory-infos", device_ids=",".join(one.id for one in devices)
    )

    facts = [
        {"id": one.id, "uuid": one.uuid}
        | ({"mac": one.mac} if one.mac else {})
        | ({"sn": one.sn} if one.sn else {})
        for one in devices
    ]
    assert rows == facts
    assert {"sn" in row for row in rows} == {True, False}
    assert {"mac" in row for row in rows} == {True, False}


def test_one_gone_device_refuses_a_whole_batch_of_factory_facts(sim, caller):
    ids = list(sim.world.devices)[:4]
    sim.remove_in_app(ids[2])

    path = "/v1.0/devices/factory-infos"

    assert caller.code("GET", path, device_ids=",".join(ids)) == 1106
    assert len(caller.result("GET", path, device_ids=",".join(ids[:2]))) == 2


def test_specifications_write_values_as_text_and_their_dialects_differ(caller, one):
    plain = caller.result("GET", f"/v1.0/devices/{one.id}/specifications")
    with_ids = caller.result("GET", f"/v1.1/devices/{one.id}/specifications")
    named = caller.result("GET", f"/v1.0/iot-03/devices/{one.id}/specification")
    functions = caller.result("GET", f"/v1.0/devices/{one.id}/functions")

    power = next(row for row in plain["status"] if row["code"] == "cur_power")
    assert set(plain) == {"category", "functions", "status"}
    assert power == {
        "code": "cur_power",
        "type": "Integer",
        "values": '{"unit":"W","min":0,"max":50000,"scale":1,"step":1}',
    }
    assert with_ids["status"][0] == {**plain["status"][0], "dp_id": 1}
    assert named["status"][0]["name"] == "开关 1"
    assert [row["code"] for row in functions["functions"]] == [
        row["code"] for row in plain["functions"]
    ]
    assert json.loads(plain["functions"][0]["values"]) == {}


def test_a_pure_sensor_has_no_functions_key(sim, caller):
    sensor = next(one for one in sim.world.present() if one.product.category == "qxj")

    told = caller.result("GET", f"/v1.0/devices/{sensor.id}/specifications")

    assert set(told) == {"category", "status"}
