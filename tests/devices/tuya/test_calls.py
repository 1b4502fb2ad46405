"""What is asked twice, what never, and how token and clock are kept right."""

import time

import httpx
import pytest

from devices.tuya.client import Timeouts
from devices.tuya.errors import Kind, Refused, Unanswered, Unavailable, Unintelligible
from devices.tuya.limits import OwnPace

from .conftest import ok, refusal

HTML = httpx.Response(502, content=b"<html>Bad Gateway</html>")
SWITCHED_ON = [{"code": "switch_1", "value": True}]
WRITES = [
    lambda cloud: cloud.rename("d1", "Kitchen"),
    lambda cloud: cloud.remove("d1"),
    lambda cloud: cloud.reset_factory("d1"),
]
every_write = pytest.mark.parametrize("write", WRITES, ids=["rename", "remove", "reset"])


def status_code(cloud):
    return [status.value for status in cloud.status("d1")]


# Reads.


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("silence"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500, content=b""),
        HTML,
        httpx.Response(200, content=b"<html>maintenance</html>"),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b'{"success": true, "resu'),
        httpx.Response(200, content=b'{"success":true,"result":"\xff\xfe"}'),
        httpx.Response(200, content=b"[1, 2]"),
        httpx.Response(200, content=b"{}"),
        refusal(500),
        refusal(1110),
        refusal(1111),
        refusal(1199),
    ],
)
def test_a_read_comes_through_two_moments_of_trouble(script, cloud, slept, trouble):
    script.will(trouble, trouble, ok(SWITCHED_ON))

    found = status_code(cloud)

    assert found == [True]
    assert len(slept) == 2
    assert all(0 < pause <= 2 for pause in slept)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.ReadTimeout("silence"), Unavailable),
        (HTML, Unavailable),
        (httpx.Response(200, content=b"<html>maintenance</html>"), Unintelligible),
        (refusal(1111), Unavailable),
    ],
)
def test_a_read_gives_up_after_the_third_attempt(script, cloud, trouble, error):
    script.will(trouble, trouble, trouble)

    with pytest.raises(error) as raised:
        cloud.status("d1")

    assert type(raised.value) is error
    assert raised.value.device_id == "d1"
    assert len(script.business) == 3


def test_a_read_obeys_a_short_retry_after(script, cloud, slept):
    script.will(httpx.Response(503, headers={"Retry-After": "3"}), ok([]))

    cloud.status("d1")

    assert slept == [3.0]


def test_a_long_retry_after_is_the_callers_to_wait_for(script, cloud, slept):
    script.will(httpx.Response(429, headers={"Retry-After": "120"}))

    with pytest.raises(Unavailable) as raised:
        cloud.status("d1")

    assert (raised.value.retry_after, slept) == (120.0, [])


def test_too_frequent_three_times_says_when_to_come_back(script, cloud):
    script.will(refusal(1199), refusal(1199), refusal(1199))

    with pytest.raises(Unavailable) as raised:
        cloud.status("d1")

    assert (raised.value.code, raised.value.retry_after) == (1199, 60.0)


@pytest.mark.parametrize("code", [1106, 2009, 2010, 1109, 28841002, 28841101, 999])
def test_a_refusal_is_never_asked_again(script, cloud, code):
    script.will(refusal(code, "words"))

    with pytest.raises(Refused) as raised:
        cloud.device("d1")

    assert (raised.value.code, raised.value.message, raised.value.device_id) == (
        code,
        "words",
        "d1",
    )
    assert raised.value.trace == "t" * 32
    assert len(script.business) == 1


def test_the_envelope_decides_whatever_the_http_status(script, cloud):
    body = b'\xef\xbb\xbf{"success": true, "result": [{"code": "a", "value": 1}], "t": 1}'
    script.will(httpx.Response(500, content=body))

    assert status_code(cloud) == [1]


def test_codes_are_read_under_either_name_and_as_text(script, cloud):
    script.will({"success": "false", "error_code": "2009", "error_msg": "not support"})

    with pytest.raises(Refused) as raised:
        cloud.device("d1")

    assert (raised.value.code, raised.value.message) == (2009, "not support")


def test_a_redirect_is_not_followed(script, cloud):
    away = httpx.Response(302, headers={"Location": "http://elsewhere/"})
    script.will(away, away, away)

    with pytest.raises(Unintelligible):
        cloud.status("d1")

    assert {request.url.host for request in script.requests} == {"cloud"}


@pytest.mark.parametrize("result", [None, "x", 5])
def test_a_result_of_the_wrong_shape_is_unintelligible(script, cloud, result):
    script.will(ok(result))

    with pytest.raises(Unintelligible):
        cloud.device("d1")


# Writes.


@every_write
@pytest.mark.parametrize(
    "silence",
    [
        httpx.ReadTimeout("silence"),
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.RemoteProtocolError("cut"),
        HTML,
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b""),
        refusal(500),
        ok(None),
    ],
)
def test_a_write_whose_answer_is_lost_is_sent_once_and_unanswered(script, cloud, write, silence):
    script.will(silence)

    with pytest.raises(Unanswered) as raised:
        write(cloud)

    assert raised.value.device_id == "d1"
    assert len(script.business) == 1


@every_write
@pytest.mark.parametrize("trouble", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow")])
def test_a_write_that_never_left_is_unavailable_and_not_repeated(script, cloud, write, trouble):
    script.will(trouble)

    with pytest.raises(Unavailable) as raised:
        write(cloud)

    assert type(raised.value) is Unavailable
    assert len(script.business) == 1


@every_write
@pytest.mark.parametrize("code", [1110, 1111, 1199])
def test_a_write_refused_for_haste_is_unavailable_and_left_to_the_caller(
    script, cloud, write, code
):
    script.will(refusal(code))

    with pytest.raises(Unavailable) as raised:
        write(cloud)

    assert type(raised.value) is Unavailable
    assert len(script.business) == 1


@every_write
def test_a_gateways_429_on_a_write_means_not_done(script, cloud, write):
    script.will(httpx.Response(429, headers={"Retry-After": "1"}, content=b"slow down"))

    with pytest.raises(Unavailable) as raised:
        write(cloud)

    assert (type(raised.value), raised.value.retry_after) == (Unavailable, 1.0)


@every_write
def test_the_vendors_false_is_a_refusal(script, cloud, write):
    script.will(ok(False))

    with pytest.raises(Refused) as raised:
        write(cloud)

    assert (raised.value.code, raised.value.kind) == (None, Kind.OBJECT)


def test_a_rename_sends_the_signed_bytes(script, cloud):
    script.will(ok(True))

    cloud.rename("d1", "体脂秤")

    (sent,) = script.business
    assert (sent.method, sent.url.path, sent.content) == (
        "PUT",
        "/v1.0/devices/d1",
        '{"name":"体脂秤"}'.encode(),
    )
    assert sent.headers["content-type"] == "application/json"


# Secrets, meter.


def test_neither_account_nor_token_nor_error_shows_a_secret(script, cloud, tokens):
    script.will(refusal(1106, "permission deny"))

    with pytest.raises(Refused) as raised:
        cloud.device("d1")

    shown = f"{cloud.account!r} {tokens.load()!r} {raised.value} {raised.value!r}"
    assert "secret" not in shown
    assert "token-1" not in shown


def test_every_attempt_is_counted_by_endpoint_and_outcome(script, cloud, meter):
    script.will(httpx.ReadTimeout("x"), refusal(1111), ok([]), refusal(1106))

    cloud.status("d1")
    with pytest.raises(Refused):
        cloud.device("d2")

    assert dict(meter.calls) == {
        ("GET /v1.0/token", "ok"): 1,
        ("GET /v1.0/devices/{id}/status", "unavailable"): 1,
        ("GET /v1.0/devices/{id}/status", 1111): 1,
        ("GET /v1.0/devices/{id}/status", "ok"): 1,
        ("GET /v1.0/devices/{id}", 1106): 1,
    }


def test_the_pace_gives_evenly_spaced_slots():
    moment, pauses = [100.0], []

    def sleep(pause):
        pauses.append(round(pause, 3))

    pace = OwnPace(4.0, clock=lambda: moment[0], sleep=sleep)

    for _ in range(3):
        pace.wait("read")
    moment[0] = 200.0
    pace.wait("write")

    assert pauses == [0.25, 0.5]


def test_a_dripping_answer_is_cut_at_the_total(script, make_cloud):
    class Drip(httpx.SyncByteStream):
        def __iter__(self):
            while True:
                time.sleep(0.005)
                yield b" "

    cloud = make_cloud(timeouts=Timeouts(total=0.02))
    script.will(httpx.Response(200, stream=Drip()))

    with pytest.raises(Unanswered):
        cloud.remove("d1")
