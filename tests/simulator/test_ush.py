"""The fake voice cloud: what it accepts, what it refuses, and its troubles."""

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

import simulator
from tests.simulator.caller import enveloped, told

OLD, NEW = "/v2/iot/status-report", "/device/v2/iot/status-report"
LAMP = ("lamp", {"PowerState": "ON", "Brightness": "40"})
FAN = ("fan", {"PowerState": "OFF"})
YES = {"code": "200", "businessCode": None, "businessMessage": None}


def test_the_old_format_is_answered_with_the_text_200(sim, http):
    answer = http.post(OLD, json=told(LAMP, FAN))

    assert (answer.status_code, answer.json()) == (200, YES)
    assert sim.ush.state == {
        ("lamp", "PowerState"): "ON",
        ("lamp", "Brightness"): "40",
        ("fan", "PowerState"): "OFF",
    }


def test_the_new_format_is_answered_with_the_number_0(sim, http):
    answer = http.post(NEW, json=enveloped(LAMP))

    assert answer.json() == {
        "code": 0,
        "message": "SUCCESS",
        "businessCode": "0000",
        "businessMessage": "success",
    }
    assert sim.ush.state[("lamp", "Brightness")] == "40"


@pytest.mark.parametrize(
    ("path", "body"), [(OLD, enveloped(LAMP)), (NEW, told(LAMP))], ids=["new on old", "old on new"]
)
def test_a_format_at_the_others_address_is_refused(sim, http, path, body):
    answer = http.post(path, json=body).json()

    assert answer["businessCode"] == "ILLEGAL_PARAMS"
    assert answer["code"] == ("500" if path == OLD else 500)
    assert sim.ush.state == {}


def test_the_old_address_may_take_the_envelope():
    with simulator.running(devices=1, ush_envelope_on_old_path=True) as sim:
        codes = [
            httpx.post(sim.url + OLD, json=body, trust_env=False).json()["code"]
            for body in (enveloped(LAMP), told(FAN))
        ]

    assert codes == [0, "200"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"devices": []},
        {"devices": {}},
        [told(LAMP)],
        told(("", {"PowerState": "ON"})),
        told(("lamp", {})),
        told(("lamp", {"Brightness": 40})),
        told(("lamp", {"PowerState": True})),
        told(("lamp", {"PowerState": None})),
        told(("lamp", {"": "ON"})),
        told((7, {"PowerState": "ON"})),
        told(LAMP, LAMP),
        {**told(LAMP), "extra": 1},
        {"devices": [{"deviceId": "lamp"}]},
        {"devices": [{"deviceId": "x", "properties": [{"name": "A", "value": "1"}] * 2}]},
    ],
    ids=str,
)
def test_every_break_of_the_shape_is_refused_and_nothing_of_it_believed(sim, http, body):
    answer = http.post(OLD, json=body).json()

    assert (answer["code"], answer["businessCode"]) == ("500", "ILLEGAL_PARAMS")
    assert sim.ush.state == {}


def test_published_words_can_be_demanded():
    with simulator.running(devices=1, ush_vocabulary=True) as sim:
        codes = [
            httpx.post(sim.url + OLD, json=told(one), trust_env=False).json()["businessCode"]
            for one in (
                LAMP,
                ("lamp", {"Temperature": "-20.5", "Mode": "COLD", "Color": "RED"}),
                ("lamp", {"Humidity": "20"}),
                ("lamp", {"PowerState": "on"}),
                ("lamp", {"Brightness": "bright"}),
            )
        ]

    assert codes == [None, None, "ILLEGAL_PROPERTY", "ILLEGAL_PROPERTY", "ILLEGAL_PROPERTY"]


def test_history_keeps_the_order_of_what_was_accepted(sim, http):
    for value in ("ON", "OFF", "ON"):
        http.post(OLD, json=told(("lamp", {"PowerState": value})))

    assert [one[1:] for one in sim.ush.history] == [
        ("lamp", "PowerState", "ON"),
        ("lamp", "PowerState", "OFF"),
        ("lamp", "PowerState", "ON"),
    ]
    assert [(one.status, one.code) for one in sim.ush.requests] == [(200, "200")] * 3


def test_only_posts_are_taken(http):
    assert http.get(OLD).status_code == 405


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("ush_500", 200, {"code": "500", "businessCode": None, "businessMessage": None}),
        (
            "ush_refuses",
            200,
            {"code": "500", "businessCode": "SERVICE_ERROR", "businessMessage": "refused"},
        ),
        (
            "ush_wrong_format",
            200,
            {
                "code": 0,
                "message": "SUCCESS",
                "businessCode": "0000",
                "businessMessage": "success",
            },
        ),
        ("ush_html", 200, None),
        ("ush_empty", 200, None),
        ("ush_429", 429, None),
        ("ush_503", 503, None),
        ("ush_http", 404, None),
    ],
)
def test_a_trouble_answers_instead_and_nothing_is_believed(sim, http, name, status, body):
    sim.trouble(name, times=1)

    answer = http.post(OLD, json=told(LAMP))

    assert answer.status_code == status
    if body is not None:
        assert answer.json() == body
    assert sim.ush.state == {}
    assert http.post(OLD, json=told(LAMP)).json() == YES


def test_a_cloud_that_is_down_closes_without_a_byte(sim, http):
    sim.trouble("ush_down")

    with pytest.raises(httpx.RemoteProtocolError):
        http.post(OLD, json=told(LAMP))
    assert sim.ush.state == {}


@pytest.mark.parametrize("name", ["ush_lost_answer", "ush_cut_body"])
def test_a_lost_answer_was_applied(sim, http, name):
    sim.trouble(name, times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        http.post(OLD, json=told(FAN))
    assert sim.ush.state == {("fan", "PowerState"): "OFF"}


def test_a_slow_cloud_applies_after_the_caller_has_gone(sim, http):
    sim.trouble("ush_slow_but_applies", times=1, seconds=0.4)

    with pytest.raises(httpx.ReadTimeout):
        http.post(OLD, json=told(FAN), timeout=0.1)
    before = sim.ush.state
    deadline = time.monotonic() + 5
    while not sim.ush.state and time.monotonic() < deadline:
        time.sleep(0.02)

    assert before == {}
    assert sim.ush.state == {("fan", "PowerState"): "OFF"}


@pytest.mark.parametrize(
    "poison", [{"device": "lamp"}, {"property": "Brightness"}, {"device": "lamp", "value": "40"}]
)
def test_one_poisoned_cell_refuses_the_whole_request(sim, http, poison):
    sim.trouble("ush_poisoned", **poison)

    both = http.post(OLD, json=told(LAMP, FAN)).json()
    alone = http.post(OLD, json=told(FAN)).json()

    assert both == {
        "code": "500",
        "businessCode": "DEVICE_NOT_FOUND",
        "businessMessage": "refused: lamp",
    }
    assert alone == YES
    assert sim.ush.state == {("fan", "PowerState"): "OFF"}


def test_a_cloud_that_is_not_atomic_applies_the_rest(sim, http):
    sim.trouble("ush_poisoned", device="lamp", atomic=False)

    http.post(OLD, json=told(LAMP, FAN))

    assert sim.ush.state == {("fan", "PowerState"): "OFF"}


def test_too_many_devices_are_413(sim, http):
    sim.trouble("ush_413", over=1)

    statuses = [http.post(OLD, json=body).status_code for body in (told(LAMP, FAN), told(FAN))]

    assert statuses == [413, 200]


def test_retry_after_comes_as_seconds_or_as_a_date(sim, http):
    sim.trouble("ush_429", times=1, retry_after=30)
    sim.trouble("ush_429", times=1, retry_after=30, date=True)

    seconds, date = [http.post(OLD, json=told(LAMP)).headers["retry-after"] for _ in range(2)]

    assert seconds == "30"
    assert 25 < (parsedate_to_datetime(date) - sim.now).total_seconds() <= 30
