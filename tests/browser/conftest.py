"""A real server for real browsers: the product's ASGI application under uvicorn, in a thread."""

import os
import threading
import time

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.db import connection, connections
from playwright.sync_api import expect

from fleet.asgi import application
from people.roles import Role
from tests.people import persons

# Playwright's synchronous interface runs an event loop in the thread of these tests. Any other test
# must see what Django says of a query in an event loop, as production does.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PATIENCE_MS = 10_000
ENDING_S = 20  # a request cancelled by an impatient end would leave its body, a file, open
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def asgi_url(transactional_db, context, monkeypatch):
    """The address of Fleet's pages, static files included; the server ends with the test."""
    # a connection kept by one of the server's threads would hold the database after the tests
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    config = uvicorn.Config(
        ASGIStaticFilesHandler(application),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=ENDING_S,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)  # the thread tells by a flag only
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    for page in context.pages:
        page.close()  # an open page follows the live stream, and the server would wait for it
    server.should_exit = True
    thread.join(2 * ENDING_S)
    assert not thread.is_alive(), "the server waits for a request that nobody follows"
    # a request that was given up with its page leaves its connection to the garbage collector
    with connection.cursor() as cursor:
        cursor.execute(END_OTHERS)


@pytest.fixture(autouse=True)
def nothing_refused(context):
    """No page wants what its Content-Security-Policy forbids: the browser would say so."""
    refused = []
    context.on(
        "console",
        lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield
    assert refused == []


@pytest.fixture
def sign_in(asgi_url, context, client):
    """Sign a new user of a role into the browser: `sign_in(Role.MANAGER)`."""

    def signed_in(role=Role.VIEWER, name=None):
        for page in context.pages:
            # An open page of somebody signed in before would ask with a session that ends here,
            # and the answer would take the new cookie away.
            page.goto("about:blank")
        user = persons.user(role, name)
        client.force_login(user)
        session = client.cookies["fleet_session"].value
        context.add_cookies([{"name": "fleet_session", "value": session, "url": asgi_url}])
        return user

    return signed_in
