"""The search line of the device list."""

from datetime import timedelta

import pytest

from devices import filters
from devices.models import Device
from tests.devices.views import scene
from tests.devices.views.scene import NOON


@pytest.fixture
def fleet(db):
    scene.device("lamp1", "Desk lamp", status={"switch_led": True}, last_event_at=NOON)
    scene.device("lamp2", "Kitchen lamp", status={"switch_led": False}, online=False, tags=["lab"])
    scene.device(
        "plug1", "Kitchen plug", category="cz", status={"mode": "1", "power": 12}, sub=True,
        gateway_id="gate1", last_event_at=NOON - timedelta(days=3), online=None,
    )  # fmt: skip
    scene.device("gone1", "Old lamp", state="removed")


def found(line):
    search = filters.parse(line, NOON)
    return sorted(search.apply(Device.objects.all()).values_list("device_id", flat=True))


@pytest.mark.parametrize(
    ("line", "devices"),
    [
        ("", ["lamp1", "lamp2", "plug1"]),
        ("kitchen", ["lamp2", "plug1"]),
        ("kitchen online:false", ["lamp2"]),
        ("online:unknown", ["plug1"]),
        ("category:cz,dj online:true", ["lamp1"]),
        ('name:"desk lamp"', ["lamp1"]),
        ("name:~KITCHEN sub:yes", ["plug1"]),
        ("gateway:gate1", ["plug1"]),
        ("tag:lab", ["lamp2"]),
        ("seen:<24h", ["lamp1"]),
        ("seen:>24h", ["lamp2", "plug1"]),
        ("dp:switch_led=true", ["lamp1"]),
        ("dp:mode=1", ["plug1"]),
        ("dp:power=12", ["plug1"]),
        ("state:removed", ["gone1"]),
        ("state:all old", ["gone1"]),
        ("id:UG", ["plug1"]),
        ("product:lamp online:true", ["lamp1"]),
        ("operation:open", []),
        ("100% _ \\", []),
    ],
)
def test_a_line_finds_what_it_says(fleet, line, devices):
    assert found(line) == devices


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("online:maybe", "Write online:true or online:false."),
        ("seen:yesterday", "Write seen: as seen:<24h or seen:>7d (units s, m, h, d)."),
        ("dp:switch", "Write dp: as dp:switch_1=true or dp:mode=auto."),
        ("state:broken", "state: is one of present, missing, removed, all."),
        ("operation:done", "Write operation:open for devices in an operation that has not ended."),
    ],
)
def test_what_cannot_be_read_becomes_a_hint_and_hides_nothing(fleet, line, hint):
    assert filters.parse(line, NOON).hints == (hint,)
    assert found(line) == ["lamp1", "lamp2", "plug1"]


def test_an_unknown_key_names_the_known_ones():
    search = filters.parse("colour:red", NOON)

    known = "online, category, product, gateway, sub, tag, seen, dp, state, name, id, operation"
    assert search.hints == (f"“colour:” is not known here. Known are: {known}, ush, retired.",)


@pytest.mark.parametrize(
    "line",
    ["dp:a=1e999", "dp:a=NaN", f"dp:a={'9' * 400}", "\0", "id:\0", "seen:<99999d", "x" * 9000,
     'name:"', "dp:a={}", "tag:''", "dp:switch_led=" + "[" * 400],
)  # fmt: skip
def test_odd_input_never_breaks_the_list(fleet, line):
    assert isinstance(found(line), list)


def test_a_chip_takes_only_its_own_token_away():
    search = filters.parse("desk online:true category:dj", NOON)

    assert [token.without for token in search.tokens] == [
        "desk category:dj",
        "desk online:true",
    ]


def test_a_facet_replaces_its_own_token_and_keeps_the_others():
    search = filters.parse('desk category:dj name:"a b"', NOON)

    assert search.replacing("category", "cz") == 'desk name:"a b" category:cz'
