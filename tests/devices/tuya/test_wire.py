"""Answers as the vendor's page and users' samples show them, and as no page shows them."""

import pytest

from devices.tuya import wire
from devices.tuya.wire import Device, FactoryInfo, LogRow, Specification, SpecItem, Status

SCALE = {
    "active_time": 1589505938,
    "biz_type": 299009,
    "category": "qt",
    "create_time": 1560827137,
    "icon": "smart/icon/a_0.png",
    "id": "60613135b121cddc2940",
    "ip": "120.198.0.1",
    "local_key": "3a9b50126fe473ab",
    "name": "体脂秤",
    "online": True,
    "owner_id": "10700001",
    "product_id": "g0er6hSKgMqr0001",
    "product_name": "Wifi scales_OEM",
    "status": [{"code": "weight", "value": 48900}, {"code": "battery_low", "value": False}],
    "sub": False,
    "time_zone": "+08:00",
    "uid": "ay157896239864843g00",
    "update_time": 1589764585,
    "uuid": "60613135b23cddc2940",
}


def test_a_device_of_the_vendors_page_is_read_whole():
    found = wire.device(SCALE)

    assert found == Device(
        id="60613135b121cddc2940",
        name="体脂秤",
        uid="ay157896239864843g00",
        local_key="3a9b50126fe473ab",
        category="qt",
        product_id="g0er6hSKgMqr0001",
        product_name="Wifi scales_OEM",
        sub=False,
        uuid="60613135b23cddc2940",
        owner_id="10700001",
        online=True,
        status=(Status("weight", 48900), Status("battery_low", False)),
        active_time=1589505938,
        create_time=1560827137,
        update_time=1589764585,
        icon="smart/icon/a_0.png",
        ip="120.198.0.1",
        time_zone="+08:00",
        missing=frozenset({"gateway_id", "sn", "mac", "model"}),
    )


def test_a_thing_listing_in_camel_case_gives_the_same_device_and_names_what_it_lacks():
    raw = {
        "id": "d1",
        "customName": "Kitchen",
        "name": "Smart plug",
        "isOnline": False,
        "localKey": "k" * 16,
        "productId": "p1",
        "activeTime": 1589505938,
        "category": "cz",
    }

    found = wire.device(raw)

    carried = {
        "name",
        "online",
        "local_key",
        "product_id",
        "active_time",
        "category",
    }
    assert found == Device(
        id="d1",
        name="Kitchen",
        online=False,
        local_key="k" * 16,
        product_id="p1",
        active_time=1589505938,
        category="cz",
        missing=frozenset(Device.__struct_fields__) - carried - {"id", "missing"},
    )


def test_a_thing_without_a_custom_name_keeps_its_plain_one():
    found = wire.device({"id": "d1", "customName": "", "name": "Smart plug"})

    assert found.name == "Smart plug"


def test_null_is_as_missing_as_absent_so_that_it_blanks_nothing():
    found = wire.device({"id": "d1", "name": None, "online": None, "status": None})

    assert {"name", "online", "status"} <= found.missing
    assert (found.name, found.online, found.status) == ("", None, None)


def test_an_empty_status_is_an_answer_and_not_missing():
    found = wire.device({"id": "d1", "status": []})

    assert found.status == ()
    assert "status" not in found.missing


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (1589505938, 1589505938),
        ("1589505938", 1589505938),
        (1589505938000, 1589505938),
        (0, None),
        ("soon", None),
    ],
)
def test_times_of_a_device_are_seconds_however_they_come(sent, read):
    found = wire.device({"id": "d1", "active_time": sent})

    assert found.active_time == read


@pytest.mark.parametrize(
    "odd", [{}, {"id": ""}, {"id": None}, {"name": "x"}, None, [], "text", 7, {"id": {}}]
)
def test_what_has_no_id_is_no_device(odd):
    assert wire.device(odd) is None


def test_a_device_shows_neither_key_nor_address_nor_owner():
    shown = repr(wire.device(SCALE))

    assert shown == "Device(id='60613135b121cddc2940', name='体脂秤')"


def test_a_status_is_a_list_with_native_values_and_may_be_a_map():
    listed = wire.statuses([{"code": "a", "value": True}, {"code": "b"}, {"value": 1}, 5])
    mapped = wire.statuses({"a": True, "b": None})

    assert listed == (Status("a", True),)
    assert mapped == (Status("a", True), Status("b", None))


def test_a_log_row_of_a_report_is_read_as_sent():
    raw = {
        "code": "switch_1",
        "value": "false",
        "event_time": 1560872567955,
        "event_from": "1",
        "event_id": 7,
    }

    assert wire.log_row(raw) == LogRow(
        event_id=7, event_time=1560872567955, code="switch_1", value="false", event_from="1"
    )


def test_a_log_row_of_the_paid_edition_without_code_keeps_its_row():
    raw = {
        "event_id": "1",
        "event_time": "1562031576431",
        "event_from": 1,
        "row": "650823455f68a9cbafce08700557_9223370474823199376_1",
        "status": "1",
    }

    assert wire.log_row(raw) == LogRow(
        event_id=1,
        event_time=1562031576431,
        event_from="1",
        row="650823455f68a9cbafce08700557_9223370474823199376_1",
        status="1",
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("", ""),
        (" 65 ", " 65 "),
        (True, "true"),
        (12, "12"),
        ({"h": 1}, '{"h":1}'),
        (None, None),
    ],
)
def test_a_log_value_is_text_exactly_as_sent(sent, kept):
    row = {"event_id": 7, "event_time": 1560872567955, "code": "c", "value": sent}

    assert wire.log_row(row).value == kept


@pytest.mark.parametrize(
    "odd",
    [{"event_id": 7}, {"event_time": 1560872567955}, {"event_id": "x", "event_time": 1}, None, 3],
)
def test_a_log_row_without_event_or_time_is_none(odd):
    assert wire.log_row(odd) is None


@pytest.mark.parametrize("rest", [{"code": "c"}, {"value": "1"}, {"code": "", "value": "1"}])
def test_a_report_that_does_not_say_what_took_which_value_is_none(rest):
    assert wire.log_row({"event_id": 7, "event_time": 1560872567955} | rest) is None


def test_factory_facts_may_lack_sn_and_mac():
    assert wire.factory_info({"id": "d1", "uuid": "u1"}) == FactoryInfo(id="d1", uuid="u1")
    assert wire.factory_info({"uuid": "u1"}) is None


def test_a_specification_keeps_values_as_text_and_lives_without_either_list():
    raw = {
        "category": "cz",
        "status": [
            {"code": "switch_1", "type": "Boolean", "values": "{}", "dpId": 1},
            {"code": "cur_power", "type": "Integer", "values": {"scale": 1}, "name": "Power"},
            {"type": "Boolean"},
        ],
    }

    assert wire.specification(raw) == Specification(
        category="cz",
        status=(
            SpecItem(code="switch_1", type="Boolean", values="{}", dp_id=1),
            SpecItem(code="cur_power", type="Integer", values='{"scale":1}', name="Power"),
        ),
    )


@pytest.mark.parametrize("blank", ["", "  ", ".", ".."])
def test_a_blank_id_never_becomes_a_path(blank):
    with pytest.raises(ValueError, match="is empty"):
        wire.segment(blank)
