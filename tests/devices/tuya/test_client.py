"""The remaining calls: batches, gateways, factory facts, and what a project lacks."""

import pytest

from devices.tuya.errors import Refused, Unintelligible
from devices.tuya.wire import FactoryInfo, Specification, SpecItem, Status

from .conftest import ok, refusal

ON = (Status("switch_1", True),)
RAW_ON = [{"code": "switch_1", "value": True}]
BATCH = "GET /v1.0/iot-03/devices/status"


def paths(script):
    return [request.url.path for request in script.business]


def test_statuses_come_by_twenty(script, cloud):
    ids = [f"d{n:02}" for n in range(25)]
    script.will(
        ok([{"id": ident, "status": RAW_ON} for ident in ids[:20]]),
        ok([{"id": ident, "status": RAW_ON} for ident in reversed(ids[20:24])]),
    )

    found = cloud.statuses(ids)

    assert found == dict.fromkeys(ids[:24], ON)
    assert len(script.business) == 2


def test_statuses_in_the_older_map_are_read_too(script, cloud):
    script.will(ok({"a": RAW_ON, "b": None}))

    assert cloud.statuses(["a", "b"]) == {"a": ON}


@pytest.mark.parametrize("code", [28841101, 28841106, 28841105, 1108])
def test_a_project_without_batch_statuses_is_remembered_and_asked_singly(script, cloud, code):
    script.will(refusal(code), ok(RAW_ON), refusal(2003), ok(RAW_ON))

    first = cloud.statuses(["a", "b"])
    second = cloud.statuses(["c"])

    assert (first, second, cloud.lacks) == ({"a": ON}, {"c": ON}, {BATCH})
    assert paths(script) == [
        "/v1.0/iot-03/devices/status",
        "/v1.0/devices/a/status",
        "/v1.0/devices/b/status",
        "/v1.0/devices/c/status",
    ]


def test_a_parked_account_is_not_mistaken_for_a_missing_batch(script, cloud):
    script.will(refusal(28841004))

    with pytest.raises(Refused) as raised:
        cloud.statuses(["a"])

    assert (raised.value.account, cloud.lacks) == (True, set())


def test_one_forbidden_device_is_found_by_halves(script, cloud):
    script.will(
        refusal(1106),
        ok([{"id": "a", "uuid": "ua"}, {"id": "b", "uuid": "ub", "sn": "1", "mac": "m"}]),
        refusal(1106),
        refusal(1106),
        ok([{"id": "d", "uuid": "ud"}]),
    )

    found = cloud.factory_infos(["a", "b", "bad", "d"])

    assert found == {
        "a": FactoryInfo(id="a", uuid="ua"),
        "b": FactoryInfo(id="b", uuid="ub", sn="1", mac="m"),
        "d": FactoryInfo(id="d", uuid="ud"),
    }


def test_no_ids_make_no_call(script, cloud):
    assert (cloud.statuses([]), cloud.factory_infos([])) == ({}, {})
    assert script.requests == []


def test_a_gateways_children_are_read_thinly(script, cloud):
    script.will(ok([{"id": "s1", "name": "水浸警报", "online": True, "category": "sj"}]))

    (found,) = cloud.sub_devices("g1")

    assert (found.id, found.name, found.online, "local_key" in found.missing) == (
        "s1",
        "水浸警报",
        True,
        True,
    )


@pytest.mark.parametrize("code", [2003, 2009])
def test_what_is_no_gateway_has_no_children(script, cloud, code):
    script.will(refusal(code))

    assert cloud.sub_devices("d1") == ()


def test_a_forbidden_gateway_is_not_mistaken_for_a_childless_one(script, cloud):
    script.will(refusal(1106))

    with pytest.raises(Refused):
        cloud.sub_devices("g1")


def test_a_specification_is_read(script, cloud):
    item = {"code": "switch_1", "type": "Boolean", "values": "{}"}
    script.will(ok({"category": "cz", "functions": [item], "status": [item]}))

    read = SpecItem(code="switch_1", type="Boolean", values="{}")
    assert cloud.specification("d1") == Specification(
        category="cz", functions=(read,), status=(read,)
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda cloud: cloud.status("d1"),
        lambda cloud: cloud.specification("d1"),
        lambda cloud: cloud.sub_devices("d1"),
        lambda cloud: cloud.factory_infos(["d1"]),
        lambda cloud: cloud.statuses(["d1"]),
    ],
)
def test_success_without_a_result_is_unintelligible_and_never_empty(script, cloud, call):
    script.will({"success": True, "t": 1, "tid": "x"})

    with pytest.raises(Unintelligible):
        call(cloud)


def test_ids_are_quoted_into_the_path(script, cloud):
    script.will(ok([]))

    cloud.status("a/../b?c")

    assert script.business[0].url.raw_path == b"/v1.0/devices/a%2F..%2Fb%3Fc/status"


@pytest.mark.parametrize("call", ["remove", "reset_factory", "device", "status"])
def test_a_blank_id_makes_no_call(script, cloud, call):
    with pytest.raises(ValueError, match="is empty"):
        getattr(cloud, call)(" ")

    assert script.requests == []


def test_a_closed_client_makes_no_call(script, make_cloud):
    with make_cloud() as cloud:
        pass

    with pytest.raises(RuntimeError):
        cloud.status("d1")


@pytest.mark.parametrize("code", [28841101, 28841106, 1108])
def test_without_the_newer_specification_the_older_is_asked_from_then_on(script, cloud, code):
    script.will(refusal(code), ok({"category": "cz"}), ok({"category": "kg"}))

    found = [cloud.specification("a").category, cloud.specification("b").category]

    assert found == ["cz", "kg"]
    assert paths(script) == [
        "/v1.0/iot-03/devices/a/specification",
        "/v1.0/devices/a/specifications",
        "/v1.0/devices/b/specifications",
    ]
