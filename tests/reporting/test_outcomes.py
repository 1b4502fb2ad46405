from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from reporting.outcomes import Outcome, backoff, judge, retry_after
from reporting.ush.client import Answer
from reporting.ush.wire import Format

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
F1, F2 = Format.DEVICES, Format.ENVELOPE
REFUSED = b'{"code":"500","businessCode":"DEVICE_NOT_FOUND","businessMessage":"no such device"}'


def verdict(body=b"", status=200, retry=None, spoken=F1):
    return judge(Answer(status, retry, body), spoken, NOW)


@pytest.mark.parametrize(
    ("spoken", "body", "outcome"),
    [
        (F1, b'{"code":"200","businessCode":null,"businessMessage":null}', Outcome.ACCEPTED),
        (F1, b'{"code":200}', Outcome.ACCEPTED),
        (F1, b'{"code":" 200 "}', Outcome.ACCEPTED),
        (F1, b'{"code":0,"businessCode":"0000"}', Outcome.STRANGE),
        (F1, b'{"code":"0"}', Outcome.STRANGE),
        (F1, b'{"code":true}', Outcome.STRANGE),
        (F1, b'{"code":"201"}', Outcome.STRANGE),
        (F1, b'{"message":"ok"}', Outcome.STRANGE),
        (F1, b"[]", Outcome.STRANGE),
        (F1, b"", Outcome.STRANGE),
        (F1, b"<html>hello</html>", Outcome.STRANGE),
        (F1, b"\xff\xfe", Outcome.STRANGE),
        (F1, REFUSED, Outcome.REFUSED),
        (F1, b'{"code":500,"businessCode":"X"}', Outcome.REFUSED),
        (F1, b'{"code":"500","businessCode":null}', Outcome.DOUBTFUL),
        (F1, b'{"code":"500","businessCode":""}', Outcome.DOUBTFUL),
        (F2, b'{"code":0,"message":"SUCCESS","businessCode":"0000"}', Outcome.ACCEPTED),
        (F2, b'{"code":"0"}', Outcome.ACCEPTED),
        (F2, b'{"code":0,"businessCode":"E1"}', Outcome.REFUSED),
        (F2, b'{"code":200,"businessCode":"0000"}', Outcome.STRANGE),
        (F2, b'{"code":"200"}', Outcome.STRANGE),
        (F2, b'{"code":500,"businessCode":"E1"}', Outcome.REFUSED),
        (F2, b'{"code":500}', Outcome.DOUBTFUL),
    ],
)
def test_a_success_status_is_judged_by_the_code_of_the_spoken_format(spoken, body, outcome):
    assert verdict(body, spoken=spoken).outcome is outcome


@pytest.mark.parametrize(
    ("status", "retry", "outcome"),
    [
        (429, "5", Outcome.THROTTLED),
        (429, None, Outcome.THROTTLED),
        (503, "5", Outcome.THROTTLED),
        (503, None, Outcome.TROUBLE),
        (500, None, Outcome.TROUBLE),
        (502, None, Outcome.TROUBLE),
        (408, None, Outcome.TROUBLE),
        (425, None, Outcome.TROUBLE),
        (301, None, Outcome.CLOSED),
        (308, None, Outcome.CLOSED),
        (401, None, Outcome.CLOSED),
        (403, None, Outcome.CLOSED),
        (404, None, Outcome.CLOSED),
        (405, None, Outcome.CLOSED),
        (410, None, Outcome.CLOSED),
        (413, None, Outcome.TOO_BIG),
        (414, None, Outcome.TOO_BIG),
        (400, None, Outcome.BAD_PAYLOAD),
        (422, None, Outcome.BAD_PAYLOAD),
    ],
)
def test_any_other_status_is_judged_before_the_body(status, retry, outcome):
    body = b'{"code":"200"}'

    assert verdict(body, status, retry).outcome is outcome


def test_the_words_name_status_code_and_reason():
    expected = "USH refuses something in this request (HTTP 200, code 500: "

    assert verdict(REFUSED).words == expected + "DEVICE_NOT_FOUND no such device)"


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("5", timedelta(seconds=5)),
        ("0", timedelta(0)),
        ("999999", timedelta(hours=1)),
        ("9" * 30, timedelta(hours=1)),
        ("Sat, 21 Nov 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Sat, 21 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Sun, 22 Nov 2026 12:00:00 GMT", timedelta(hours=1)),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_an_hour(text, wait):
    assert retry_after(text, NOW) == wait


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(0, 1), (1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10_000, 300)]
)
def test_the_wait_is_anywhere_up_to_a_ceiling_that_doubles_to_five_minutes(failures, ceiling):
    chance = Random(7)

    waits = [backoff(failures, chance).total_seconds() for _ in range(500)]

    assert 0 <= min(waits) < ceiling * 0.1
    assert ceiling * 0.9 < max(waits) <= ceiling
