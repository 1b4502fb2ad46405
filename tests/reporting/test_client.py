import socket
import threading
import time
from contextlib import contextmanager

import pytest

from reporting.ush.address import forbidden
from reporting.ush.client import Answer, UshClient
from reporting.ush.errors import UnansweredError, UndeliveredError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n"


def whole(connection):
    """Read one request; it may come in parts."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(65_536)
    head, _, body = found.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def server(*talks):
    """A server that treats its connections one after the other as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        for talk in talks:
            connection, _ = listener.accept()
            with connection:
                heard.append(whole(connection))
                talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/report", heard
    listener.close()
    thread.join(5)


def says(*parts):
    def talk(connection):
        for part in parts:
            connection.sendall(part)

    return talk


def test_an_answer_comes_back_whole_and_the_request_is_what_was_asked_for():
    with (
        server(says(OK, b'{"code":"200"}')) as (url, heard),
        UshClient(url, {"X-Tenant": "7"}) as ush,
    ):
        answer = ush.post(b'{"devices":[]}')

    assert answer == Answer(200, None, b'{"code":"200"}')
    head, body = heard[0].split(b"\r\n\r\n")
    assert head.startswith(b"POST /report HTTP/1.1")
    assert b"\r\nX-Tenant: 7" in head
    assert b"\r\nContent-Type: application/json" in head
    assert body == b'{"devices":[]}'


def test_nobody_listening_is_undelivered():
    with UshClient("http://127.0.0.1:9/") as ush, pytest.raises(UndeliveredError):
        ush.post(b"{}")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "nonsense"])
def test_an_address_that_is_none_is_undelivered(url):
    with UshClient(url) as ush, pytest.raises(UndeliveredError):
        ush.post(b"{}")


@pytest.mark.parametrize("said", [(), (OK,), (OK, b'{"code'), (b"nonsense\r\n\r\n",)])
def test_half_an_answer_is_none(said):
    with server(says(*said)) as (url, _), UshClient(url) as ush, pytest.raises(UnansweredError):
        ush.post(b"{}")


def test_a_server_that_drips_is_cut_at_the_deadline():
    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            connection.sendall(b".")
            time.sleep(0.02)

    def until_cut(connection):
        with pytest.raises(OSError):  # noqa: PT011  reset or broken pipe, as the kernel likes
            drip(connection)

    with server(until_cut) as (url, _), UshClient(url, deadline=0.3) as ush:
        started = time.monotonic()
        with pytest.raises(UnansweredError, match=r"no whole answer within 0\.3 s"):
            ush.post(b"{}")

    assert time.monotonic() - started < 5


def test_after_a_cut_the_next_report_has_a_connection_of_its_own():
    with (
        server(says(), says(OK, b'{"code":"200"}')) as (url, _),
        UshClient(url) as ush,
    ):
        with pytest.raises(UnansweredError):
            ush.post(b"{}")

        assert ush.post(b"{}").status == 200


def test_a_redirect_is_not_followed():
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"

    with server(says(moved)) as (url, _), UshClient(url) as ush:
        assert ush.post(b"{}").status == 302


def test_an_endless_answer_is_read_to_a_bound():
    def pour(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x" * 10_000)
        except OSError:
            return

    with server(pour) as (url, _), UshClient(url) as ush:
        assert len(ush.post(b"{}").body) == 65_536


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with server(says(OK, b'{"code":"200"}')) as (url, _), UshClient(url) as ush:
        assert ush.post(b"{}").status == 200


def test_a_report_goes_through_the_proxy_that_was_set():
    with (
        server(says(OK, b'{"code":"200"}')) as (proxy, heard),
        UshClient("http://ush.example/report", proxy=proxy.removesuffix("/report")) as ush,
    ):
        answer = ush.post(b"{}")

    assert answer.status == 200
    assert heard[0].startswith(b"POST http://ush.example/report HTTP/1.1\r\nHost: ush.example")


def test_an_https_address_behind_a_proxy_is_asked_through_a_tunnel():
    refused = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    listener = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(65_536))
            connection.sendall(refused)

    threading.Thread(target=serve, daemon=True).start()
    proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with (
        UshClient("https://ush.example/report", proxy=proxy) as ush,
        pytest.raises((UndeliveredError, UnansweredError)),
    ):
        ush.post(b"secret")
    listener.close()

    assert heard[0].startswith(b"CONNECT ush.example:443 HTTP/1.1")
    assert b"secret" not in heard[0]


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("169.254.169.254", True),
        ("::ffff:169.254.169.254", True),
        ("fe80::1%eth0", True),
        ("100.100.100.200", True),
        ("fd00:ec2::254", True),
        ("224.0.0.1", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("10.0.0.7", False),
        ("/run/socket", False),
    ],
)
def test_a_machines_own_link_and_metadata_are_no_targets(address, refused):
    assert forbidden(address) is refused


def test_a_name_that_leads_to_a_metadata_address_gets_no_report(monkeypatch):
    monkeypatch.setattr(socket.socket, "getpeername", lambda _self: ("169.254.169.254", 80))
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

    with UshClient(url) as ush, pytest.raises(UndeliveredError, match=r"169\.254\.169\.254"):
        ush.post(b"secret")

    connection, _ = listener.accept()
    with connection:
        assert connection.recv(10) == b""
    listener.close()
