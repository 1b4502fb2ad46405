"""What leaves compressed, and what does not."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from fleet.compression import Compressed

LONG = "device " * 500


def sent(path, answer, accepts="gzip, br"):
    return Compressed(lambda _request: answer)(
        RequestFactory(HTTP_ACCEPT_ENCODING=accepts).get(path)
    )


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_a_page_and_what_its_scripts_ask_for_are_compressed_for_whoever_takes_it(kind):
    packed = sent("/devices/", HttpResponse(LONG, content_type=kind))
    plain = sent("/devices/", HttpResponse(LONG, content_type=kind), accepts="")

    assert gzip.decompress(packed.content).decode() == LONG
    assert len(packed.content) < len(LONG) / 10
    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert (plain.content.decode(), plain["Vary"]) == (LONG, "Accept-Encoding")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/api/v1/devices/", HttpResponse(LONG, content_type="application/json")),
        ("/live/", StreamingHttpResponse([LONG], content_type="text/html")),
        ("/help/picture.png", HttpResponse(LONG, content_type="image/png")),
    ],
)
def test_calls_streams_and_pictures_go_as_they_are(path, answer):
    assert "Content-Encoding" not in sent(path, answer)


def test_a_pages_length_tells_nothing_of_what_is_in_it():
    lengths = {len(sent("/", HttpResponse(LONG)).content) for _time in range(30)}

    assert len(lengths) > 1
