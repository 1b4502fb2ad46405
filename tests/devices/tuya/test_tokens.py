"""How the token and the clock are kept right, by one project over all its threads."""

import threading

import httpx
import pytest

from devices.tuya.client import Account, Cloud
from devices.tuya.errors import Refused, Unavailable, Unintelligible
from devices.tuya.limits import OwnMeter, OwnPace
from devices.tuya.token import Token, token_living

from .conftest import NOW, ok, refusal

SWITCHED_ON = [{"code": "switch_1", "value": True}]


@pytest.mark.parametrize("code", [1010, 1011, 1012, 1002, 1400, 1004])
@pytest.mark.parametrize(
    ("call", "result"),
    [(lambda cloud: cloud.status("d1"), SWITCHED_ON), (lambda cloud: cloud.remove("d1"), True)],
    ids=["read", "write"],
)
def test_a_dead_token_is_renewed_once_and_the_call_repeated(script, cloud, code, call, result):
    script.will(refusal(code), ok(result))

    call(cloud)

    assert [request.headers["access_token"] for request in script.business] == [
        "token-1",
        "token-2",
    ]


@pytest.mark.parametrize(
    ("code", "error"), [(1010, Unavailable), (1004, Refused)], ids=["token", "signature"]
)
def test_a_second_token_that_fails_too_ends_the_call(script, cloud, code, error):
    script.will(refusal(code), refusal(code))

    with pytest.raises(error):
        cloud.status("d1")

    assert len(script.business) == 2


def test_one_token_serves_many_calls(script, cloud):
    script.will(*[ok([]) for _ in range(5)])

    for _ in range(5):
        cloud.status("d1")

    assert script.tokens_given == 1


def test_a_token_that_another_process_renewed_is_used_without_asking(script, cloud, tokens):
    script.will(ok([]), refusal(1010), ok([]))
    cloud.status("d1")
    theirs = token_living(access="theirs", asked_ms=int(NOW * 1000), life_s=7200)
    tokens.save(theirs)

    cloud.status("d1")

    assert script.business[-1].headers["access_token"] == "theirs"
    assert script.tokens_given == 1


def test_a_token_near_its_end_is_renewed_before_it_is_used(script, cloud, tokens):
    now = int(NOW * 1000)
    tokens.save(Token(access="old", deadline_ms=now + 30_000, renew_ms=now - 30_000))
    script.will(ok([]))

    cloud.status("d1")

    assert script.business[0].headers["access_token"] == "token-1"


def test_a_token_with_little_life_left_is_used_for_half_of_it():
    token = token_living(access="a", asked_ms=1_000_000, life_s=20)

    assert (token.renew_ms, token.deadline_ms) == (1_010_000, 1_020_000)


@pytest.mark.parametrize("code", [1004, 1005, 1001, 1106, 28841002, 1114])
def test_a_refused_token_stops_the_whole_account(script, cloud, code):
    script.token_replies.append(refusal(code))

    with pytest.raises(Refused) as raised:
        cloud.status("d1")

    assert (raised.value.code, raised.value.account) == (code, True)
    assert script.business == []


def test_a_token_call_that_finds_nobody_leaves_a_write_unsent(script, cloud):
    script.token_replies.extend([httpx.ReadTimeout("silence")] * 3)

    with pytest.raises(Unavailable) as raised:
        cloud.remove("d1")

    assert type(raised.value) is Unavailable
    assert script.business == []


def test_a_token_call_carries_no_token(script, cloud):
    cloud.test()

    assert "access_token" not in script.requests[0].headers


@pytest.mark.parametrize("result", [None, {}, {"access_token": "a"}, {"expire_time": 1}, []])
def test_an_answer_without_a_token_is_unintelligible(script, cloud, result):
    script.token_replies.append(ok(result))

    with pytest.raises(Unintelligible):
        cloud.test()


def answered_by(answer, tokens, clock):
    """A client whose every request a function answers."""
    return Cloud(
        Account(client_id="id", client_secret="s", base_url="http://cloud"),
        tokens=tokens,
        pace=OwnPace(),
        meter=OwnMeter(),
        transport=httpx.MockTransport(answer),
        clock=clock,
    )


def test_threads_that_meet_a_dead_token_together_fetch_one(tokens):
    given, first, lock = [], threading.Barrier(4), threading.Lock()

    def answer(request):
        if request.url.path == "/v1.0/token":
            with lock:
                given.append(f"token-{len(given) + 1}")
            body = {"access_token": given[-1], "expire_time": 7200}
            return httpx.Response(200, json=ok(body))
        if request.headers["access_token"] == "token-1":
            first.wait(5)  # all four hold the dead token before any is told so
            return httpx.Response(200, json=refusal(1010))
        return httpx.Response(200, json=ok([]))

    with answered_by(answer, tokens, lambda: NOW) as cloud:
        threads = [threading.Thread(target=cloud.status, args=(f"d{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

    assert given == ["token-1", "token-2"]


# Clock.


def test_a_wrong_clock_is_set_by_the_answer_and_the_call_repeated(script, cloud):
    theirs = int(NOW * 1000) + 1_200_000
    script.will(refusal(1013) | {"t": theirs}, ok(True))

    cloud.remove("d1")

    assert [request.headers["t"] for request in script.business] == [
        str(int(NOW * 1000)),
        str(theirs),
    ]


def test_a_clock_that_stays_wrong_is_said(script, cloud):
    script.will(refusal(1013), refusal(1013))

    with pytest.raises(Unavailable) as raised:
        cloud.status("d1")

    assert (raised.value.code, len(script.business)) == (1013, 2)


def test_a_test_of_the_connection_measures_the_clocks(script, cloud):
    token = {"access_token": "a", "expire_time": 6209}
    script.token_replies.append(ok(token) | {"t": int(NOW * 1000) - 90_000})

    found = cloud.test()

    assert (found.offset_ms, found.expires_in) == (-90_000, 6209)


@pytest.mark.parametrize(
    ("known", "then"),
    [
        (-2_500, -1_300),  # the answer is stamped ahead of what we knew: our idea comes to it
        (-900, -900),  # the way there and back leaves this open: nothing is learned
        (5_000, 700),  # it is stamped before we sent, by what we knew: our idea goes back
    ],
)
def test_the_clouds_present_is_never_before_the_stamp_of_an_answer(tokens, known, then):
    elapsed = [0.0]

    def answer(request):
        if request.url.path == "/v1.0/token":
            return httpx.Response(200, json=ok({"access_token": "a", "expire_time": 7200}))
        elapsed[0] = 2.0  # what the call takes, there and back
        return httpx.Response(200, json=ok([]) | {"t": int(NOW * 1000) + 700})

    with answered_by(answer, tokens, lambda: NOW + elapsed[0]) as cloud:
        cloud.test()
        cloud.offset_ms = known
        cloud.status("d1")

        assert cloud.offset_ms == then
