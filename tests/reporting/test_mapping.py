import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.letters import SpecItem, StateReported
from reporting.mapping import Mapped, Unheard, map_state, vocabulary

DIMMER = {"bright_value_v2": SpecItem("Integer", {"min": 10, "max": 1000, "scale": 0})}
LEGACY = {"bright_value": SpecItem("Integer", {"min": 25, "max": 255, "scale": 0})}
CEILING = {"bright_value": SpecItem("Integer", {"min": 10, "max": 1000, "scale": 0})}
TENTHS = SpecItem("Integer", {"min": 50, "max": 350, "scale": 1, "unit": "℃"})
WHOLE = SpecItem("Integer", {"min": 5, "max": 35, "scale": 0})
NO_UNIT = SpecItem("Integer", {"min": 50, "max": 950, "scale": 1})
SIX = SpecItem("Enum", {"range": ["1", "2", "3", "4", "5", "6"]})
LEVELS = SpecItem("Enum", {"range": ["low", "middle", "high", "auto"]})
COUNTED = SpecItem("Enum", {"range": ["1", "2", "3", "auto"]})
HUNDRED = SpecItem("Integer", {"min": 1, "max": 100, "scale": 0})


def told(category, values, spec=None, stamps=None):
    letter = StateReported("d", category, values, spec or {}, stamps or {})
    translation = map_state(letter)
    words = {
        device: {name: mapped.value for name, mapped in properties.items()}
        for device, properties in translation.told.items()
    }
    return words, list(translation.unheard)


def alone(category, values, spec=None):
    words, unheard = told(category, values, spec)
    assert unheard == []
    return words.get("d", {})


@pytest.mark.parametrize(
    ("category", "values", "spec", "expected"),
    [
        ("cz", {"switch_1": True}, None, {"PowerState": "ON"}),
        ("cz", {"switch_1": "false"}, None, {"PowerState": "OFF"}),
        ("cz", {"switch": False, "switch_1": True}, None, {"PowerState": "OFF"}),
        ("dj", {"switch_led": True, "switch": False}, None, {"PowerState": "ON"}),
        ("dj", {"bright_value_v2": 10}, DIMMER, {"Brightness": "1"}),
        ("dj", {"bright_value_v2": 1000}, DIMMER, {"Brightness": "100"}),
        ("dj", {"bright_value_v2": "505"}, DIMMER, {"Brightness": "51"}),
        ("dj", {"bright_value_v2": 1200}, DIMMER, {"Brightness": "100"}),
        ("dj", {"bright_value": 25}, LEGACY, {"Brightness": "1"}),
        ("dj", {"bright_value": 255}, LEGACY, {"Brightness": "100"}),
        ("dj", {"bright_value": 140}, LEGACY, {"Brightness": "51"}),
        ("fwd", {"bright_value": 500}, CEILING, {"Brightness": "50"}),
        ("kt", {"temp_set": 205}, {"temp_set": TENTHS}, {"Temperature": "20.5"}),
        ("kt", {"temp_set": 200}, {"temp_set": TENTHS}, {"Temperature": "20"}),
        ("kt", {"temp_set": "-3"}, {"temp_set": WHOLE}, {"Temperature": "-3"}),
        (
            "wk",
            {"temp_set": 205, "temp_current": 180},
            {"temp_set": TENTHS, "temp_current": TENTHS},
            {"Temperature": "20.5"},
        ),
        ("wk", {"temp_current": 180}, {"temp_current": TENTHS}, {"Temperature": "18"}),
        ("wk", {"temp_set_f": 68}, {"temp_set_f": WHOLE}, {"Temperature": "20"}),
        (
            "wk",
            {"temp_set": 705, "temp_unit_convert": "f"},
            {"temp_set": NO_UNIT},
            {"Temperature": "21.4"},
        ),
        ("wsdcg", {"va_temperature": 205}, {"va_temperature": TENTHS}, {}),
        ("kt", {"mode": "cold"}, None, {"Mode": "COLD"}),
        ("kt", {"mode": "wet"}, None, {"Mode": "DEHUMIDIFICATION"}),
        ("kt", {"mode": "wind"}, None, {"Mode": "AIR_SUPPLY"}),
        ("kt", {"mode_dry": True}, None, {"Mode": "DEHUMIDIFICATION"}),
        ("kt", {"mode_dry": False}, None, {}),
        ("cl", {"mode": "morning"}, None, {}),
        ("kt", {"fan_speed_enum": "strong"}, None, {"WindSpeed": "HIGH"}),
        ("fs", {"fan_speed_enum": "level_2"}, None, {"WindSpeed": "MEDIUM"}),
        ("kt", {"windspeed": "2"}, {"windspeed": SIX}, {"WindSpeed": "LOW"}),
        ("kt", {"windspeed": "3"}, {"windspeed": SIX}, {"WindSpeed": "MEDIUM"}),
        ("fs", {"fan_speed": 100}, {"fan_speed": HUNDRED}, {"WindSpeed": "HIGH"}),
        ("kt", {"windspeed": "low"}, None, {"WindSpeed": "LOW"}),
        ("kt", {"windspeed": "middle"}, {"windspeed": LEVELS}, {"WindSpeed": "MEDIUM"}),
        ("kt", {"windspeed": "auto"}, {"windspeed": COUNTED}, {"WindSpeed": "AUTO"}),
        ("kt", {"windspeed": "3"}, {"windspeed": COUNTED}, {"WindSpeed": "HIGH"}),
        ("fs", {"fan_speed": "high"}, {"fan_speed": LEVELS}, {"WindSpeed": "HIGH"}),
        ("fs", {"fan_speed_enum": "2"}, {"fan_speed_enum": COUNTED}, {"WindSpeed": "MEDIUM"}),
        ("kt", {"switch_horizontal": True}, None, {"Direction": "SWING_LEFT_RIGHT"}),
        ("kt", {"switch_vertical": True}, None, {"Direction": "SWING_UP_DOWN"}),
        ("kt", {"switch_vertical": False}, None, {}),
        ("cl", {"control": "open"}, None, {"PowerState": "ON"}),
        ("cl", {"control": "stop"}, None, {}),
        ("cl", {"percent_state": 0, "percent_control": 100}, None, {"PowerState": "OFF"}),
        ("cl", {"position": "40"}, None, {"PowerState": "ON"}),
        ("clkg", {"situation_set": "fully_close"}, None, {"PowerState": "OFF"}),
        ("pir", {"pir": "pir", "battery_percentage": 80}, None, {}),
        ("cz", {"cur_power": 1234, "countdown_1": 60}, None, {}),
        ("cz", {"switch_1": None}, None, {}),
    ],
)
def test_each_row_of_the_table_says_its_word(category, values, spec, expected):
    assert alone(category, values, spec) == expected


@pytest.mark.parametrize(
    ("h", "s", "v", "name"),
    [
        (0, 1000, 1000, "RED"),
        (350, 900, 500, "RED"),
        (5, 500, 1000, "PINK"),
        (15, 1000, 1000, "ORANGE"),
        (45, 1000, 1000, "YELLOW"),
        (70, 1000, 1000, "GREEN"),
        (160, 1000, 1000, "CYAN"),
        (200, 1000, 1000, "BLUE"),
        (255, 1000, 1000, "PURPLE"),
        (290, 1000, 1000, "PINK"),
        (344, 1000, 1000, "PINK"),
        (360, 1000, 1000, "RED"),
        (120, 199, 1000, "WHITE"),
    ],
)
def test_a_colour_has_the_nearest_of_nine_names(h, s, v, name):
    text = f'{{"h":{h}.0,"s":{s},"v":{v}}}'

    words = alone("dj", {"work_mode": "colour", "colour_data_v2": text})

    assert words["Color"] == name


@pytest.mark.parametrize(
    ("h", "s", "near"),
    [
        (100, 1000, set()),
        (17, 1000, {"RED"}),
        (18, 1000, set()),
        (14, 1000, {"ORANGE"}),
        (343, 1000, {"RED"}),
        (0, 610, {"PINK"}),
        (120, 190, {"GREEN"}),
        (14, 590, {"ORANGE", "RED"}),
    ],
)
def test_a_colour_at_a_border_has_the_other_names_near(h, s, near):
    values = {"work_mode": "colour", "colour_data_v2": {"h": h, "s": s, "v": 1000}}

    told = map_state(StateReported("d", "dj", values, {}, {})).told["d"]["Color"]

    assert told.near == near


def test_black_has_no_name_and_no_brightness():
    values = {"work_mode": "colour", "colour_data_v2": {"h": 1, "s": 1, "v": 0}}

    assert alone("dj", values) == {}


def test_colour_mode_takes_brightness_from_the_colour_and_white_mode_from_the_dimmer():
    colour = '{"h":120,"s":1000,"v":300}'
    values = {"bright_value_v2": 900, "colour_data_v2": colour}

    in_colour = alone("dj", values | {"work_mode": "colour"}, DIMMER)
    in_white = alone("dj", values | {"work_mode": "white"}, DIMMER)

    assert in_colour == {"Brightness": "30", "Color": "GREEN"}
    assert in_white == {"Brightness": "90", "Color": "WHITE"}


def test_the_older_colour_scale_is_255():
    values = {"work_mode": "colour", "colour_data": {"h": 240, "s": 255, "v": 51}}

    assert alone("dj", values) == {"Brightness": "20", "Color": "BLUE"}


def test_each_gang_is_a_device_of_its_own():
    values = {"switch_1": True, "switch_2": False, "switch_usb1": True}

    words, _ = told("pc", values)

    assert words == {
        "d": {"PowerState": "ON"},
        "d_2": {"PowerState": "OFF"},
        "d_usb1": {"PowerState": "ON"},
    }


def test_of_two_commands_of_a_curtain_the_later_counts():
    values = {"control": "close", "percent_control": 100}

    later, _ = told("cl", values, stamps={"control": 2, "percent_control": 1})
    earlier, _ = told("cl", values, stamps={"control": 1, "percent_control": 2})

    assert later == {"d": {"PowerState": "OFF"}}
    assert earlier == {"d": {"PowerState": "ON"}}


@pytest.mark.parametrize(
    ("category", "values", "spec", "unheard"),
    [
        ("kt", {"mode": "eco"}, None, Unheard("mode", "eco", "unknown_value")),
        ("kt", {"temp_set": 205}, None, Unheard("temp_set", "", "no_specification")),
        ("dj", {"bright_value_v2": 500}, None, Unheard("bright_value_v2", "", "no_specification")),
        ("cz", {"switch_1": "maybe"}, None, Unheard("switch_1", "", "invalid")),
        ("cz", {"switch_1": 2}, None, Unheard("switch_1", "", "invalid")),
        (
            "kt",
            {"temp_set": math.nan},
            {"temp_set": TENTHS},
            Unheard("temp_set", "", "invalid"),
        ),
        ("dj", {"colour_data_v2": "{broken"}, None, Unheard("colour_data_v2", "", "invalid")),
        ("dj", {"colour_data_v2": '{"h":1}'}, None, Unheard("colour_data_v2", "", "invalid")),
        (
            "kt",
            {"windspeed": "natural"},
            {"windspeed": LEVELS},
            Unheard("windspeed", "natural", "unknown_value"),
        ),
        ("kt", {"windspeed": "2"}, None, Unheard("windspeed", "", "no_specification")),
        (
            "kt",
            {"windspeed": "2"},
            {"windspeed": LEVELS},
            Unheard("windspeed", "", "no_specification"),
        ),
        ("kt", {"windspeed": "9"}, {"windspeed": SIX}, Unheard("windspeed", "9", "unknown_value")),
    ],
)
def test_what_ush_has_no_word_for_is_counted_and_not_told(category, values, spec, unheard):
    words, found = told(category, values, spec)

    assert (words, found) == ({}, [unheard])


def test_the_time_of_a_value_is_the_last_change_of_anything_it_depends_on():
    colour = '{"h":120,"s":1000,"v":300}'
    values = {"work_mode": "colour", "colour_data_v2": colour, "switch_led": True}
    stamps = {"work_mode": 30, "colour_data_v2": 20, "switch_led": 10}

    translation = map_state(StateReported("d", "dj", values, {}, stamps))

    assert translation.told == {
        "d": {
            "Brightness": Mapped("30", 30),
            "Color": Mapped("GREEN", 30),
            "PowerState": Mapped("ON", 10),
        }
    }


CODES = [
    "switch_led",
    "switch_1",
    "switch_2",
    "bright_value_v2",
    "colour_data_v2",
    "work_mode",
    "temp_set",
    "mode",
    "fan_speed_enum",
    "windspeed",
    "control",
    "percent_state",
]
RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.floats().map(str),
    st.text(max_size=20),
    st.sampled_from(["true", "colour", "white", "cold", "open", "low", "5"]),
    st.fixed_dictionaries(
        {"h": st.integers(-9, 400), "s": st.integers(-9, 1100), "v": st.integers(-9, 1100)}
    ),
)
SPEC = st.sampled_from(
    [
        {},
        {"min": 10, "max": 1000, "scale": 1},
        {"min": 0, "max": 0, "scale": 0},
        {"min": "a", "max": 10**30, "scale": 999_999},
        {"range": ["1", "x"], "unit": "℉", "scale": 0},
    ]
)


@given(
    category=st.sampled_from(["dj", "kt", "cl", "cz"]),
    values=st.dictionaries(st.sampled_from(CODES), RAW),
    spec=st.dictionaries(st.sampled_from(CODES), SPEC),
)
def test_whatever_a_device_says_only_published_words_leave(category, values, spec):
    items = {code: SpecItem("Integer", limits) for code, limits in spec.items()}

    words, _ = told(category, values, items)

    for properties in words.values():
        assert properties
        assert all(vocabulary.allows(name, value) for name, value in properties.items())
