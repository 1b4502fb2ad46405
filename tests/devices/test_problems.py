import pytest

from devices import words
from tests.devices.test_datapoints import SPECIFICATION

COLOUR_OUTSIDE = {"h": 400, "s": 1, "v": 1}, {"h": 1, "s": -1, "v": 1}, {"h": 1, "s": 1, "v": -1}


@pytest.mark.parametrize(
    ("code", "raw", "chinese"),
    [
        ("switch_led", "true", "true 不是 true 或 false"),
        ("level", 7, "7 超出 0..5"),
        ("level", 2.5, "2.5 不是整数"),
        ("level", "3", "3 不是数字"),
        ("work_mode", "disco", "disco 不在可选值之内：white, colour"),
        ("work_mode", 2, "2 不是枚举值"),
        ("wifi_name", "123456789", "9 个字符，最多 8 个"),
        ("wifi_name", 3, "3 不是文本"),
        ("fault", 8, "第 3 位超出 0..2"),
        ("fault", -1, "-1 不是位图"),
        ("fault", 1 << 2000, "超出位图的宽度"),
        ("scene_data", "{", "不是 JSON"),
        ("colour_data", COLOUR_OUTSIDE[0], "色相 400 超出 0..360"),
        ("colour_data", COLOUR_OUTSIDE[1], "饱和度 -1 超出 0..255"),
        ("colour_data", COLOUR_OUTSIDE[2], "明度 -1 超出 0..255"),
        ("meal_plan", "#", "不是 base64"),
        ("meal_plan", 5, "5 不是 base64 文本"),
        ("switch_led", None, "没有值"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_chinese(code, raw, chinese):
    reading = SPECIFICATION.read(code, raw, "zh-hans")

    assert (reading.problem, reading.valid) == (chinese, False)


def test_a_value_without_a_problem_has_none_in_chinese_either():
    assert SPECIFICATION.read("level", 3, "zh-hans").problem == ""


def test_a_problem_that_nobody_translated_is_said_in_english():
    assert words.problem("of another kind", "zh-hans") == "of another kind"
