"""What leaves compressed, and what does not."""

import gzip
import time
from pathlib import Path

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from fleet.compression import Compressed
from fleet.static_files import Storage

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
    ("accepts", "packed"),
    [
        ("gzip;q=0", False),
        ("br, gzip; q=0.000, deflate", False),
        ("gzip;q=0.5", True),
        ("gzip;q=0.01, br", True),
    ],
)
def test_who_says_no_to_gzip_gets_it_plain(accepts, packed):
    answer = sent("/devices/", HttpResponse(LONG), accepts=accepts)

    assert answer.has_header("Content-Encoding") == packed


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


def test_a_file_is_kept_for_browsers_of_either_kind_in_a_time_that_nobody_waits_for(tmp_path):
    page = tmp_path / "page.css"
    page.write_text("".join(f".fleet-{number}{{color:red}}" for number in range(5_000)))
    started = time.process_time()

    kept = Storage().create_compressor(quiet=True).compress(str(page))

    assert time.process_time() - started < 1
    sizes = {Path(name).suffix: Path(name).stat().st_size for name in kept}
    assert sizes.keys() == {".br", ".gz"}
    assert sizes[".br"] < sizes[".gz"] < page.stat().st_size / 4
