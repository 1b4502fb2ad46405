"""What every test may ask for. Servers are started by tests/services.py."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from pytest_socket import socket_allow_hosts

pytest_plugins = ["tests.clouds"]

HERE = Path(__file__).parent  # beside this file are the tests of the whole product
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Let the long ones be the first, so that no process is left with one at the end.

    Browser tests are the last: the browser's driver keeps an event loop in this thread.
    """
    items.sort(key=lambda item: (item.path.parent.name == "browser", item.path.parent != HERE))


def pytest_runtest_setup(item):
    """Let tests speak to this machine only; skip or fail browser tests without a browser."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    if {"page", "browser"} & set(getattr(item, "fixturenames", ())) and not CHROMIUM:
        reason = "No Chromium found: run `sudo apt-get install chromium`."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let tests empty the tables after them; the product's own database refuses that of deeds."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_deed DISABLE TRIGGER deed_stays_whole")


@pytest.fixture
def now():
    """Return the moment at which a test happens."""
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium; inside containers it cannot make its own sandbox."""
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(autouse=True)
def speak_english():
    """Forget the language that a test's last request was answered in."""
    yield
    translation.deactivate()
