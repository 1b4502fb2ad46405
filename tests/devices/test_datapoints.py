"""What a person reads of a raw value, and what is flagged."""

import base64
import json
import math

import pytest
from hypothesis import strategies as st

from devices.datapoints import Definition, Reading, Specification
from tests.devices.laws import law

SPECIFICATION = Specification.parse(
    [
        {"code": "switch_led", "type": "Boolean", "values": "{}", "name": "开关", "dp_id": 20},
        {
            "code": "va_temperature",
            "type": "value",
            "values": '{"unit":"℃","min":"-200","max":"600","scale":"1","step":"1"}',
        },
        {"code": "cur_voltage", "type": "Integer", "values": {"unit": "V", "scale": 2}},
        {
            "code": "level",
            "type": "int",
            "values": {"unit": "", "min": 0, "max": 5, "scale": 0, "step": 1},
        },
        {"code": "work_mode", "type": "enum", "values": {"range": ["white", "colour"]}},
        {"code": "wifi_name", "type": "STRING", "values": {"maxlen": 8}},
        {"code": "colour_data", "type": "json", "values": "{}"},
        {"code": "colour_data_v2", "type": "Json", "values": "{}"},
        {
            "code": "colour_data_hsv",
            "type": "Json",
            "values": {"h": {"max": 360}, "s": {"max": "100"}, "v": {"max": "100"}},
        },
        {"code": "colour_data_text", "type": "String", "values": {"maxlen": 255}},
        {"code": "scene_data", "type": "Json", "values": None},
        {"code": "phase_a", "type": "raw", "values": {}},
        {"code": "meal_plan", "type": "Raw"},
        {
            "code": "fault",
            "type": "bitmap",
            "values": {"label": ["overheat", "low_battery"], "maxlen": 3},
        },
        {"code": "test_bit", "type": "fault", "values": "not JSON"},
        {"code": "odd", "type": "Gizmo", "values": {}, "name": "Odd one"},
    ]
)


def read(code, raw, language="en"):
    reading = SPECIFICATION.read(code, raw, language)
    return reading.text, reading.value, reading.kind, reading.problem


def test_a_reading_says_everything_about_a_value():
    assert SPECIFICATION.read("va_temperature", 223) == Reading(
        code="va_temperature",
        name="Temperature",
        type="Integer",
        value=22.3,
        text="22.3 °C",
        unit="°C",
        raw=223,
        valid=True,
        problem="",
        kind="number",
        options=(),
        css="",
        parts=(),
    )


@pytest.mark.parametrize(
    ("code", "raw", "expected"),
    [
        ("switch_led", True, ("ON", True, "boolean", "")),
        ("switch_led", False, ("OFF", False, "boolean", "")),
        ("cur_voltage", 22300, ("223.00 V", 223.0, "number", "")),
        ("cur_voltage", 0, ("0.00 V", 0.0, "number", "")),
        ("va_temperature", -5, ("-0.5 °C", -0.5, "number", "")),
        ("level", 5, ("5", 5, "number", "")),
        ("level", 5.0, ("5", 5, "number", "")),
        ("work_mode", "white", ("white", "white", "enum", "")),
        ("wifi_name", "客厅", ("客厅", "客厅", "text", "")),
        ("wifi_name", "", ("(empty)", "", "text", "")),
        ("fault", 0, ("none", [], "bitmap", "")),
        ("fault", 3, ("fault: overheat, low battery", ["overheat", "low battery"], "bitmap", "")),
        ("fault", 4, ("fault: bit 2", ["bit 2"], "bitmap", "")),
        ("test_bit", 1 << 31, ("test bit: bit 31", ["bit 31"], "bitmap", "")),
        ("scene_data", "", ("(empty)", "", "json", "")),
        ("scene_data", '{"a": [1]}', ('{"a": [1]}', {"a": [1]}, "json", "")),
        ("scene_data", {"a": [1]}, ('{"a": [1]}', {"a": [1]}, "json", "")),
        ("meal_plan", "fwQA", ("7f 04 00 (3 bytes)", "7f0400", "raw", "")),
        ("meal_plan", "", ("(empty)", "", "raw", "")),
        ("phase_a", "fwQA", ("7f 04 00 (3 bytes)", "7f0400", "raw", "")),
        ("odd", "x", ("x", "x", "unknown", "")),
    ],
)
def test_a_value_that_keeps_its_promise_is_read(code, raw, expected):
    assert read(code, raw) == expected


@pytest.mark.parametrize(
    ("code", "raw", "expected"),
    [
        ("switch_led", 1, ("1", 1, "boolean", "1 is not true or false")),
        ("switch_led", "true", ("true", "true", "boolean", "true is not true or false")),
        ("level", 7, ("7", 7, "number", "7 is outside 0..5")),
        ("level", -1, ("-1", -1, "number", "-1 is outside 0..5")),
        ("level", 2.5, ("2.5", 2.5, "number", "2.5 is not a whole number")),
        ("level", True, ("ON", True, "number", "true is not a number")),
        ("level", "3", ("3", "3", "number", "3 is not a number")),
        ("va_temperature", 601, ("60.1 °C", 60.1, "number", "60.1 is outside -20.0..60.0")),
        ("work_mode", "disco", ("disco", "disco", "enum", "disco is not one of white, colour")),
        ("work_mode", 2, ("2", 2, "enum", "2 is not a word")),
        ("wifi_name", "123456789", ("123456789",) * 2 + ("text", "9 characters, at most 8")),
        ("wifi_name", 3, ("3", 3, "text", "3 is not text")),
        ("fault", 8, ("fault: bit 3", ["bit 3"], "bitmap", "bit 3 is outside 0..2")),
        ("fault", -1, ("-1", -1, "bitmap", "-1 is not a bitmap")),
        ("fault", "3", ("3", "3", "bitmap", "3 is not a bitmap")),
        ("scene_data", "{", ("{", "{", "json", "not JSON")),
        ("meal_plan", "#", ("#", "#", "raw", "not base64")),
        ("meal_plan", 5, ("5", 5, "raw", "5 is not base64 text")),
        ("switch_led", None, ("—", None, "unknown", "no value")),
    ],
)
def test_a_value_that_breaks_its_promise_is_kept_and_flagged(code, raw, expected):
    reading = SPECIFICATION.read(code, raw)

    assert (reading.text, reading.value, reading.kind, reading.problem) == expected
    assert reading.raw is raw
    assert not reading.valid


@pytest.mark.parametrize(
    ("code", "raw", "text", "css"),
    [
        ("colour_data", '{"h":37.0,"s":255.0,"v":189.0}', "37° 100 % 74 %", "#bd7500"),
        ("colour_data", '{"h":0,"s":1000,"v":1000}', "0° 100 % 100 %", "#ff0000"),
        ("colour_data_v2", {"h": 120, "s": 100, "v": 1000}, "120° 10 % 100 %", "#e6ffe6"),
        ("colour_data_hsv", '{"h":240,"s":50,"v":100}', "240° 50 % 100 %", "#8080ff"),
        ("colour_data_text", "00f003e803e8", "240° 100 % 100 %", "#0000ff"),
        ("colour_data_text", "ff00000000ffff", "0° 100 % 100 %", "#ff0000"),
    ],
)
def test_a_colour_is_told_in_degrees_and_per_cent_and_painted(code, raw, text, css):
    reading = SPECIFICATION.read(code, raw)

    assert (reading.text, reading.css, reading.kind, reading.problem) == (text, css, "colour", "")


def test_hex_that_is_no_colour_is_text():
    assert read("colour_data_text", "a" * 14) == ("a" * 14, "a" * 14, "text", "")


def test_a_colour_beyond_the_circle_is_flagged():
    reading = SPECIFICATION.read("colour_data", '{"h":400,"s":0,"v":0}')

    assert (reading.text, reading.problem) == ("400° 0 % 0 %", "hue 400 is outside 0..360")


def test_electricity_is_unpacked_from_eight_bytes():
    raw = base64.b64encode(bytes.fromhex("0922 0015f4 0004a1")).decode()

    reading = SPECIFICATION.read("phase_a", raw)

    assert raw == "CSIAFfQABKE="
    assert reading.text == "233.8 V, 5.620 A, 1185 W"
    assert reading.value == {"voltage": 233.8, "current": 5.62, "power": 1185}
    assert reading.parts == (
        ("voltage", "233.8 V"),
        ("current", "5.620 A"),
        ("power", "1185 W"),
    )


def test_without_a_specification_a_value_is_shown_as_it_came():
    assert SPECIFICATION.read("brand_new_code", 65) == Reading(
        code="brand_new_code",
        name="Brand new code",
        type="Integer",
        value=65,
        text="65",
        unit="",
        raw=65,
        valid=True,
        problem="",
        kind="unknown",
        options=(),
    )
    inferred = [Specification().read("x", raw).type for raw in (True, 1, 1.5, "a", {}, [], None)]
    assert inferred == ["Boolean", "Integer", "Float", "String", "Json", "Json", "Null"]


def test_the_product_names_its_data_points_in_its_own_language():
    names = [
        SPECIFICATION.read(code, None, language).name
        for code in ("switch_led", "odd", "meal_plan")
        for language in ("en", "zh-hans")
    ]

    assert names == ["Switch", "开关", "Odd one", "Odd one", "Meal plan", "Meal plan"]


def test_a_chinese_reader_reads_chinese_words():
    assert read("switch_led", True, "zh-hans")[0] == "开"
    assert read("fault", 0, "zh-hans")[0] == "无"
    assert read("wifi_name", "", "zh-hans")[0] == "(空)"
    assert read("meal_plan", "fwQA", "zh-hans")[0] == "7f 04 00 (3 字节)"


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("switch_led", "false", False),
        ("switch_led", "True", True),
        ("switch_led", "1", "1"),
        ("level", "65", 65),
        ("level", "-3", -3),
        ("level", "2.0", 2),
        ("level", "2.5", 2.5),
        ("level", "nan", "nan"),
        ("level", "1e999", "1e999"),
        ("level", "middle", "middle"),
        ("level", "9" * 5000, "9" * 5000),
        ("fault", "3", 3),
        ("work_mode", "65", "65"),
        ("wifi_name", "true", "true"),
        ("scene_data", '{"a":1}', '{"a":1}'),
        ("meal_plan", "fwQA", "fwQA"),
        ("brand_new_code", "65", "65"),
        ("switch_led", True, True),
        ("level", None, None),
    ],
)
def test_a_log_speaks_text_and_is_cast_to_what_the_status_says(code, text, value):
    cast = SPECIFICATION.cast(code, text)

    assert cast == value
    assert type(cast) is type(value)


def test_a_specification_is_read_however_oddly_it_is_spelled():
    specification = Specification.parse(
        [
            {"code": "a", "type": "VALUE", "values": '{"min":"0","max":"9"}', "dpId": "7"},
            {"code": "a", "type": "Enum"},
            {"code": "b", "type": "bool", "values": "[]", "access": "wr"},
            {"code": "c", "type": None, "values": "{", "name": None},
            {"code": "d", "type": "Integer", "values": {"min": 9, "max": 0, "scale": 99}},
            {"code": "e", "type": "Integer", "values": {"min": 37.4, "max": "98.6"}},
            {"code": ""},
            {},
        ]
    )

    assert [(each.code, each.type, each.dp_id, each.access) for each in specification] == [
        ("a", "Integer", 7, ""),
        ("b", "Boolean", None, "wo"),
        ("c", "", None, ""),
        ("d", "Integer", None, ""),
        ("e", "Integer", None, ""),
    ]
    assert specification.get("d") == Definition(
        code="d", type="Integer", values={"min": 9, "max": 0, "scale": 99}
    )
    assert [specification.read("e", raw).valid for raw in (37, 38, 98, 99)] == [
        False,
        True,
        True,
        False,
    ]
    assert specification.read("c", 5).text == "5"
    assert Specification.parse(None) == Specification()


@pytest.mark.parametrize(
    ("spelled", "unit"),
    [
        ("℃", "°C"),
        ("c", "°C"),
        (" °C", "°C"),
        ("Deg C", "°C"),
        ("摄氏度", "°C"),
        ("℉", "°F"),
        ("秒", "s"),
        ("S", "s"),
        ("分钟", "min"),
        ("KWH", "kWh"),
        ("kW·h", "kWh"),
        ("ug/m3", "µg/m³"),
        ("ms/cm", "mS/cm"),
        ("mA", "mA"),
        ("*0.1V", "*0.1V"),
        ("℃ ℉", ""),
        ("1", ""),
        (None, ""),
    ],
)
def test_units_are_written_as_people_write_them(spelled, unit):
    specification = Specification.parse(
        [{"code": "a", "type": "Integer", "values": {"unit": spelled}}]
    )

    assert specification.read("a", 5).unit == unit
    assert specification.read("a", 5).text == f"5 {unit}".strip()


def test_a_number_too_long_to_be_written_is_measured():
    assert read("level", 10**5000)[0] == "a number of 16610 bits"
    assert read("scene_data", {"a": 10**5000})[0] == "(too large to show)"


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from([10**4000, "\ud800", "\0", " ", "A===", '{"h":"x"}', "[" * 9999]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@law(st.sampled_from([*SPECIFICATION.definitions, "unspecified"]), ANYTHING)
def test_whatever_arrives_is_kept_shown_and_never_crashes(code, raw):
    reading = SPECIFICATION.read(code, raw)

    assert reading.raw is raw
    assert 0 < len(reading.text) <= 2000
    assert reading.valid == (not reading.problem)
    reading.text.encode()
    reading.problem.encode()


@law(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_a_specification_says_reading_by_it_never_crashes(spelled, values, raw):
    for kind in ("Integer", "Enum", "Bitmap", "Json", spelled):
        item = {"code": "a", "type": kind, "name": spelled, "dp_id": values, "values": values}
        bounds = {"min": values, "max": spelled, "scale": spelled, "range": values}
        for each in (item, item | {"values": bounds}, item | {"values": json.dumps("x")}):
            assert Specification.parse([each]).read("a", raw).text


@law(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_a_scaled_number_is_the_raw_one_again_when_multiplied(raw, scale):
    item = {"code": "a", "type": "Integer", "values": {"scale": scale}}

    value = Specification.parse([item]).read("a", raw).value

    assert math.isclose(value * 10**scale, raw)
