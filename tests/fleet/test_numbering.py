"""Each request has a number that a person can read on an error page and find in the log."""

import re

from django.http import HttpRequest
from django.test import Client

from fleet import numbering
from tests.devices.views import scene


def test_the_page_that_is_not_there_shows_the_number_of_its_answer(db):
    answer = scene.client().get("/nowhere/", headers={"X-Request-ID": "mine"})

    assert re.fullmatch("[0-9a-f]{12}", answer["X-Request-ID"])
    assert answer["X-Request-ID"] in scene.text(answer)


def test_two_requests_have_two_numbers():
    assert len({Client().get("/healthz")["X-Request-ID"] for _ in range(3)}) == 3


def test_a_crash_shows_its_number_and_logs_it(caplog):
    request = HttpRequest()
    request.path = "/devices/"

    answer = numbering.crashed(request)

    assert answer.status_code == 500
    assert f"<code>{caplog.records[-1].request_id}</code>" in answer.content.decode()
