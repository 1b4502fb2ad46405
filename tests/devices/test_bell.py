"""Ringing the alarm clock: a broker that is away costs one try and never the caller's work."""

import socket
import threading

import pytest
from celery import Celery, current_app

from devices import bell


@pytest.fixture
def hung_up():
    """Stand in for a broker that takes calls and hangs up; tell how often it was called."""
    calls = []
    server = socket.create_server(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                link, _address = server.accept()
            except OSError:
                return
            calls.append(1)
            link.close()

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield server.getsockname()[1], calls
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_a_broker_that_hangs_up_is_tried_once_a_ring_and_harms_nobody(hung_up, caplog):
    port, calls = hung_up
    app = Celery("elsewhere", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
    app.conf.broker_transport_options = current_app.conf.broker_transport_options
    app.conf.task_publish_retry = False

    bell.ring(app, "devices.tasks.sync")

    assert len(calls) <= 2
    assert [record.message for record in caplog.records if "bell" in record.name] == [
        "bell not heard"
    ]
