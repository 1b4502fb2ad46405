"""Tokens, signatures and clocks at the gate of the fake device cloud."""

import simulator
from tests.simulator.caller import Caller


def test_a_second_ask_returns_the_living_token_with_less_life(sim, caller):
    first = caller.sign_in()
    sim.advance(100)

    second = caller.sign_in()

    assert second["access_token"] == first["access_token"]
    assert 7090 <= second["expire_time"] <= 7100
    assert second["uid"].startswith("bay")


def test_a_refresh_kills_the_old_pair_and_works_once(caller, one):
    old = caller.sign_in()

    new = caller.result("GET", f"/v1.0/token/{old['refresh_token']}", token="")

    assert new["access_token"] != old["access_token"]
    assert caller.code("GET", f"/v1.0/devices/{one.id}") == 1010
    assert caller.code("GET", f"/v1.0/token/{old['refresh_token']}", token="") == 1010


def test_a_token_dies_at_its_hour(sim, caller, one):
    sim.advance(7201)

    assert caller.code("GET", f"/v1.0/devices/{one.id}") == 1010


def test_each_fault_of_a_caller_has_its_code(sim, caller, one):
    path = f"/v1.0/devices/{one.id}"

    codes = {
        "no token": caller.code("GET", path, token=""),
        "foreign token": caller.code("GET", path, token="0" * 32),
        "wrong sign": caller.code("GET", path, headers={"sign": "0" * 64}),
        "unknown client": caller.code("GET", path, headers={"client_id": "nobody"}),
        "late clock": caller.code("GET", path, ahead_ms=-301_000),
        "early clock": caller.code("GET", path, ahead_ms=301_000),
        "no sign": caller.code("GET", path, headers={"sign": ""}),
        "no such call": caller.code("GET", "/v1.0/nothing"),
        "grant type": caller.code("GET", "/v1.0/token", token="", grant_type=9),
    }

    assert codes == {
        "no token": 1002,
        "foreign token": 1010,
        "wrong sign": 1004,
        "unknown client": 1005,
        "late clock": 1013,
        "early clock": 1013,
        "no sign": 1105,
        "no such call": 1108,
        "grant type": 1003,
    }


def test_a_row_key_with_plus_and_slash_survives_the_signature(caller, one):
    code = caller.code("GET", f"/v1.0/devices/{one.id}/logs", type="7", start_row_key="a+b/c==")

    assert code == 1109


def test_calls_above_the_limit_of_a_second_are_refused():
    with simulator.running(devices=1, qps=3) as sim:
        caller = Caller(sim)
        caller.sign_in()

        answers = [caller.ask("GET", f"/v1.0/users/{sim.uid}/devices") for _ in range(6)]
        caller.close()

    assert [answer.get("code") for answer in answers][:2] == [None, None]
    assert 1110 in {answer.get("code") for answer in answers}


def test_the_months_quota_ends_business_calls_but_not_tokens():
    with simulator.running(devices=1, monthly_calls=3) as sim:
        caller = Caller(sim)
        caller.sign_in()
        path = f"/v1.0/users/{sim.uid}/devices"

        codes = [caller.ask("GET", path).get("code") for _ in range(3)]
        token = caller.sign_in()
        caller.close()

    assert codes == [None, None, 28841004]
    assert token["access_token"] == caller.token


def test_calls_are_recorded_with_their_answer_and_without_secrets(sim, caller, one):
    sim.forget_calls()
    caller.result("PUT", f"/v1.0/devices/{one.id}", body={"name": "Lamp"})
    caller.code("GET", "/v1.0/devices/nobody/status")

    calls = [(c.method, c.path, c.query, c.body, c.status, c.code) for c in sim.calls]

    assert calls == [
        ("PUT", f"/v1.0/devices/{one.id}", {}, {"name": "Lamp"}, 200, None),
        ("GET", "/v1.0/devices/nobody/status", {}, None, 200, 1106),
    ]
    assert caller.token not in str(sim.calls)
