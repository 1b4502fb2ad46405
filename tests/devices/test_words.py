"""Names in two languages, and what happens to the unknown."""

from devices import words
from devices.words.categories import CATEGORIES, KEY_CODES


def test_known_things_have_a_name_in_both_languages():
    assert [words.event_name(7, language) for language in ("en", "zh-hans")] == [
        "data point report",
        "数据点上报",
    ]
    assert [words.source_name(2, language) for language in ("en", "zh-hans")] == [
        "client command",
        "客户端指令",
    ]
    assert [words.category_name("cz", language) for language in ("en", "zh-hans")] == [
        "socket",
        "插座",
    ]
    assert [words.code_label("switch_led", language) for language in ("en", "zh-hans")] == [
        "Switch",
        "开关",
    ]


def test_every_documented_event_and_source_has_a_name():
    assert list(words.EVENTS) == list(range(1, 11))
    assert list(words.SOURCES) == [-1, *range(1, 14), 16]


def test_the_unknown_shows_itself():
    assert words.event_name(17) == "unknown (17)"
    assert words.event_name(17, "zh-hans") == "未知 (17)"
    assert words.source_name(-1) == "unknown"
    assert words.source_name(99) == "unknown (99)"
    assert words.category_name("zzz") == "zzz"
    assert words.category_icon("zzz") == "device-unknown"
    assert words.event_icon(17) == "help-circle"
    assert words.key_codes("zzz") == ()


def test_a_code_that_nobody_named_is_made_readable():
    labels = [words.code_label(code) for code in ("sd_format", "DeviceStatus", "switch_3", "_")]

    assert labels == ["Sd format", "Device Status", "Switch 3", "_"]


def test_positions_say_what_they_mean():
    assert [words.position("switch", on) for on in (True, False)] == ["ON", "OFF"]
    assert [words.position("doorcontact_state", on) for on in (True, False)] == ["open", "closed"]
    assert words.position("doorcontact_state", True, "zh-hans") == "打开"


def test_no_category_is_half_described():
    assert len(CATEGORIES) >= 80
    assert all(all(description) for description in CATEGORIES.values())
    assert KEY_CODES.keys() <= CATEGORIES.keys()
    assert all(2 <= len(codes) <= 3 for codes in KEY_CODES.values())
