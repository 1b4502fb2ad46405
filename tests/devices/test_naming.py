"""Names from a pattern, and names from a list that somebody typed or saved in a spreadsheet."""

import pytest

from devices import name_lists, naming
from devices.name_lists import NameList

FACTS = {"product": "Plug", "sn": "100427", "n": "7", "name": "Desk", "mac": ""}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{product}-{sn:4}", "Plug-0427"),
        ("{product} {n:3}", "Plug 007"),
        ("{n:1}{sn:99}", "7100427"),
        ("  {name} {{old}} ", "Desk {old}"),
        ("房间{n:2}", "房间07"),
    ],
)
def test_a_pattern_makes_a_name(pattern, name):
    assert naming.fill(naming.parse(pattern), FACTS) == name


def test_a_pattern_says_which_fact_is_not_known():
    with pytest.raises(naming.Unknown, match=r"^mac$"):
        naming.fill(naming.parse("{product}-{mac:4}"), FACTS)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("Lamp", "nothing that differs"),
        ("{sn", "a brace is not closed"),
        ("{sn.real}", "{sn.real} is no name"),
        ("{0}", "{0} is no name"),
        ("{sn!r}", "{sn} is no name"),
        ("{sn:>9}", "number of characters"),
        ("{n:0}", "number of characters"),
        ("{sn:٤}", "number of characters"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused_in_words(pattern, words):
    with pytest.raises(naming.BadPattern) as refused:
        naming.parse(pattern)

    assert words.lower() in str(refused.value).lower()


@pytest.mark.parametrize(
    "text",
    [
        "a1,Desk lamp\nb2,Hall lamp",
        "\ufeffdevice_id;name\r\na1;Desk lamp\r\n\r\nb2;Hall lamp\r\n",
        'ID\tnew name\tnote\na1\t"Desk lamp"\tx\nb2\tHall lamp',
        name_lists.write({"a1": "Desk lamp", "b2": "Hall lamp"}),
    ],
)
def test_a_list_is_read_however_a_spreadsheet_wrote_it(text):
    assert name_lists.read(text) == NameList({"a1": "Desk lamp", "b2": "Hall lamp"}, [])


def test_a_name_with_delimiters_and_quotes_survives_being_carried():
    names = {"a1": 'Lamp, "big"; left', "b2": "客厅\t灯"}

    assert name_lists.read(name_lists.write(names)) == NameList(names, [])


def test_lines_that_say_too_little_or_twice_the_same_are_named():
    found = name_lists.read("a1,Desk\nb2\n,Hall\na1,Other\nc3,\nd4\ne5\n")

    assert (found.names, found.problems) == (
        {"a1": "Desk"},
        [
            "Line 2: give a device id and its new name.",
            "Line 3: give a device id and its new name.",
            "Line 4: a1 is listed twice.",
            "Line 5: give a device id and its new name.",
            "Line 6: give a device id and its new name.",
        ],
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffa1,灯".encode(), "a1,灯"),
        ("a1,灯".encode("gb18030"), "a1,灯"),
        (b"\x00\x01", None),
        (b"\xff\xff\xff", None),
    ],
)
def test_a_file_is_taken_as_spreadsheets_in_china_save_it(data, text):
    assert name_lists.decode(data) == text
