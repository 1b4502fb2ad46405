"""Each trouble of the fake device cloud does what its name says, as often as it was told to."""

import json
import time

import httpx
import pytest

from simulator.troubles import KINDS

LIST = "/v1.0/iot-01/associated-users/devices"


def codes(caller, path, count, **more):
    return [caller.ask("GET", path, **more).get("code") for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sign_invalid", 1004),
        ("rate_limited", 1110),
        ("permission_denied", 1106),
        ("quota_used_up", 28841004),
        ("trial_expired", 28841002),
        ("wrong_data_center", 28841107),
        ("account_down", 28841101),
        ("system_error", 500),
        ("token_expires", 1010),
    ],
)
def test_a_refusal_strikes_as_often_as_told_and_then_no_more(sim, caller, one, name, code):
    sim.trouble(name, times=1)

    assert codes(caller, f"/v1.0/devices/{one.id}/status", 1) == [code]
    caller.sign_in()
    assert codes(caller, f"/v1.0/devices/{one.id}/status", 1) == [None]


def test_a_trouble_without_times_stays_until_calm(sim, caller, one):
    sim.trouble("rate_limited", code=1199)

    during = codes(caller, f"/v1.0/devices/{one.id}", 3)
    sim.calm()

    assert during == [1199, 1199, 1199]
    assert codes(caller, f"/v1.0/devices/{one.id}", 1) == [None]


def test_a_refused_write_is_not_done(sim, caller, one):
    sim.trouble("rate_limited", times=1, method="PUT")

    assert caller.code("PUT", f"/v1.0/devices/{one.id}/reset-factory") == 1110
    assert one.gone is None


def test_revoked_tokens_die_however_often_one_asks(sim, caller, one):
    sim.trouble("tokens_revoked")

    struck = []
    for _ in range(3):
        caller.sign_in()
        struck += codes(caller, f"/v1.0/devices/{one.id}", 1)

    assert struck == [1010, 1010, 1010]


def test_a_skewed_clock_shows_itself_in_the_answer(sim, caller, one):
    sim.trouble("clock_skew", seconds=900)
    answer = caller.ask("GET", f"/v1.0/devices/{one.id}")
    ahead = answer["t"] - int(time.time() * 1000)

    corrected = caller.ask("GET", f"/v1.0/devices/{one.id}", ahead_ms=ahead)

    assert answer["code"] == 1013
    assert 899_000 < ahead <= 900_000
    assert corrected["success"] is True


def test_permission_can_be_denied_for_some_devices_only(sim, caller):
    first, second, third = list(sim.world.devices)[:3]
    sim.trouble("permission_denied", devices=[second])

    alone = [caller.ask("GET", f"/v1.0/devices/{one}").get("code") for one in (first, second)]
    batches = [
        caller.ask("GET", "/v1.0/devices/factory-infos", device_ids=ids).get("code")
        for ids in (f"{first},{third}", f"{first},{second}")
    ]

    assert alone == [None, 1106]
    assert batches == [None, 1106]


def test_account_down_refuses_tokens_too(sim, caller):
    sim.trouble("account_down")

    assert caller.code("GET", "/v1.0/token", token="", grant_type=1) == 28841101


def test_a_wrong_data_center_still_gives_tokens(sim, caller, one):
    sim.trouble("wrong_data_center")

    caller.sign_in()

    assert caller.code("GET", f"/v1.0/devices/{one.id}") == 28841107


def test_no_logs_strikes_log_calls_only(sim, caller, one):
    sim.trouble("no_logs", devices=one.id)

    assert caller.code("GET", f"/v1.0/devices/{one.id}/logs", type="7") == 2009
    assert caller.ask("GET", f"/v1.0/devices/{one.id}")["success"] is True


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("cloud_down", httpx.RemoteProtocolError),
        ("reset_connection", httpx.ReadError),
        ("answer_lost", httpx.RemoteProtocolError),
        ("cut_body", httpx.RemoteProtocolError),
    ],
)
def test_a_broken_connection_is_seen_as_such(sim, caller, one, name, seen):
    sim.trouble(name, times=1)

    with pytest.raises(seen):
        caller.send("GET", f"/v1.0/devices/{one.id}")
    assert codes(caller, f"/v1.0/devices/{one.id}", 1) == [None]


@pytest.mark.parametrize(
    "name", ["answer_lost", "cut_body", "empty_body", "bad_json", "result_null"]
)
def test_after_some_troubles_the_work_is_done_all_the_same(sim, caller, one, name):
    sim.trouble(name, times=1, path="/reset-factory")

    try:
        body = caller.send("PUT", f"/v1.0/devices/{one.id}/reset-factory").content
    except httpx.TransportError:
        body = b""

    assert one.gone == "reset"
    assert b'"result":true' not in body or name == "bad_json"
    assert [call.troubles for call in sim.calls][-1] == (name,)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("http_500", 500),
        ("http_502", 502),
        ("http_503", 503),
        ("http_429", 429),
        ("html_200", 200),
        ("reset_connection", None),
        ("hang", None),
    ],
)
@pytest.mark.parametrize("work", [False, True])
def test_other_troubles_do_the_work_only_when_told_to(sim, caller, one, name, status, work):
    seconds = {"seconds": 0.01} if name == "hang" else {}
    sim.trouble(name, times=1, method="DELETE", work=work, **seconds)

    try:
        answer = caller.send("DELETE", f"/v1.0/devices/{one.id}")
        seen = (answer.status_code, answer.headers["content-type"])
    except httpx.TransportError:
        seen = None

    assert seen == (None if status is None else (status, "text/html; charset=utf-8"))
    assert (one.gone == "removed") is work


def test_what_an_unreadable_answer_looks_like(sim, caller, one):
    path = f"/v1.0/devices/{one.id}"
    for name in ("empty_body", "bad_json", "result_null"):
        sim.trouble(name, times=1)

    empty, bad, null = [caller.send("GET", path).content for _ in range(3)]

    assert empty == b""
    with pytest.raises(json.JSONDecodeError):
        json.loads(bad)
    assert json.loads(null)["result"] is None
    assert json.loads(null)["success"] is True


def test_a_byte_order_mark_stands_before_the_same_answer(sim, caller, one):
    sim.trouble("bom", times=1)

    body = caller.send("GET", f"/v1.0/devices/{one.id}").content

    assert body[:3] == b"\xef\xbb\xbf"
    assert json.loads(body[3:])["result"]["id"] == one.id


def test_a_wrong_content_type_comes_with_the_right_answer(sim, caller, one):
    sim.trouble("wrong_content_type", times=1)

    answer = caller.send("GET", f"/v1.0/devices/{one.id}")

    assert answer.headers["content-type"] == "text/html; charset=iso-8859-1"
    assert answer.json()["result"]["id"] == one.id


def test_a_missing_result_leaves_the_rest_of_the_envelope(sim, caller, one):
    sim.trouble("result_missing", times=1)

    assert set(caller.ask("GET", f"/v1.0/devices/{one.id}")) == {"success", "t", "tid"}


def test_missing_fields_are_those_that_were_named(sim, caller):
    plain = caller.result("GET", LIST, size=3)
    sim.trouble("fields_missing", times=1, fields="id,has_more,value")

    answer = caller.result("GET", LIST, size=3)

    assert answer == {
        **{key: value for key, value in plain.items() if key != "has_more"},
        "devices": [
            {
                **{key: value for key, value in device.items() if key != "id"},
                "status": [{"code": point["code"]} for point in device["status"]],
            }
            for device in plain["devices"]
        ],
    }


def test_extra_fields_stand_beside_the_known_ones(sim, caller):
    plain = caller.result("GET", LIST, size=3)
    sim.trouble("fields_extra", times=1)

    answer = caller.result("GET", LIST, size=3)

    assert plain.items() <= {**answer, "devices": plain["devices"]}.items()
    assert all(
        told.items() <= {**got, "status": told["status"]}.items() and "x_added" in got
        for told, got in zip(plain["devices"], answer["devices"], strict=True)
    )


def test_mistyped_fields_say_the_same_in_another_type_and_leave_values_alone(sim, caller, one):
    path = f"/v1.0/devices/{one.id}"
    plain, rows = caller.result("GET", path), caller.result("GET", f"{path}/logs", type="7")
    sim.trouble("fields_mistyped", times=2)

    device, envelope = caller.result("GET", path), caller.ask("GET", f"{path}/logs", type="7")

    assert device["online"] == ("true" if plain["online"] else "false")
    assert device["active_time"] == str(plain["active_time"])
    assert device["status"] == plain["status"]
    assert envelope["success"] == "true"
    first, told = envelope["result"]["logs"][0], rows["logs"][0]
    assert (first["event_time"], first["event_id"], first["event_from"]) == (
        str(told["event_time"]),
        "7",
        int(told["event_from"]),
    )


def test_retry_after_is_sent_when_asked_for(sim, caller, one):
    sim.trouble("http_503", times=1, retry_after=7)
    sim.trouble("http_429", times=1)

    answers = [caller.send("GET", f"/v1.0/devices/{one.id}") for _ in range(2)]

    assert [answer.headers.get("retry-after") for answer in answers] == ["7", None]


def test_a_hanging_answer_outlasts_the_callers_patience(sim, caller, one):
    sim.trouble("hang", times=1)
    caller.http.timeout = 0.2

    with pytest.raises(httpx.ReadTimeout):
        caller.send("GET", f"/v1.0/devices/{one.id}")


def test_a_slow_answer_comes_whole(sim, caller, one):
    sim.trouble("slow", times=1, seconds=0.2)
    began = time.monotonic()

    told = caller.result("GET", f"/v1.0/devices/{one.id}")

    assert told["id"] == one.id
    assert time.monotonic() - began >= 0.2


def test_a_share_strikes_about_that_many(sim, caller, one):
    sim.trouble("rate_limited", share=0.5)

    struck = codes(caller, f"/v1.0/devices/{one.id}", 60).count(1110)

    assert 15 < struck < 45


def test_token_calls_are_struck_only_when_the_path_says_so(sim, caller):
    sim.trouble("http_500", times=1, path="/token")

    assert caller.send("GET", "/v1.0/token", token="", grant_type=1).status_code == 500


def test_listing_troubles_bend_the_page(sim, caller):
    ids = list(sim.world.devices)
    first = caller.result("GET", LIST, size=10)

    def page(name, **options):
        sim.trouble(name, times=1, **options)
        answer = caller.result("GET", LIST, size=10, last_row_key=first["last_row_key"])
        return [one["id"] for one in answer["devices"]], answer

    repeated, again = page("page_repeats")
    assert (repeated, again["last_row_key"]) == (ids[:10], first["last_row_key"])
    assert page("page_omits")[0] == ids[10:20:2]
    assert page("page_omits", devices=ids[12])[0] == [*ids[10:12], *ids[13:20]]
    assert sorted(page("page_doubles")[0]) == sorted(ids[10:20] * 2)
    assert "has_more" not in page("has_more_missing")[1]
    empty, answer = page("empty_page")
    assert (empty, answer["has_more"]) == ([], True)
    assert answer["last_row_key"] != first["last_row_key"]


def test_log_troubles_bend_the_page(sim, caller, one):
    path = f"/v1.0/devices/{one.id}/logs"
    plain = caller.result("GET", path, type="7", size=6)
    second = caller.result("GET", path, type="7", size=6, start_row_key=plain["next_row_key"])

    def page(name):
        sim.trouble(name, times=1)
        return caller.result("GET", path, type="7", size=6, start_row_key=plain["next_row_key"])

    stuck = page("row_key_stuck")
    assert (stuck["has_next"], stuck["next_row_key"]) == (True, plain["next_row_key"])
    assert page("rows_doubled")["logs"] == [row for row in second["logs"] for _ in range(2)]
    shuffled = page("rows_shuffled")["logs"]
    assert shuffled != second["logs"]
    assert sorted(shuffled, key=str) == sorted(second["logs"], key=str)
    assert page("page_repeats")["logs"] == plain["logs"]
    empty = page("empty_page")
    assert (empty["logs"], empty["has_next"]) == ([], True)
    assert empty["next_row_key"] == second["current_row_key"] == plain["next_row_key"]
    assert "has_next" not in page("has_more_missing")


def test_an_unknown_trouble_or_option_is_refused_by_name(sim):
    with pytest.raises(ValueError, match="no trouble 'rain'"):
        sim.trouble("rain")
    with pytest.raises(ValueError, match="hang knows no colour"):
        sim.trouble("hang", colour="red")


def test_every_trouble_can_be_hung_up(sim):
    for name in KINDS:
        sim.trouble(name)

    assert [trouble.name for trouble in sim.board.listed()] == list(KINDS)
