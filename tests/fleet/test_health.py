import pytest
from django.contrib.auth.models import User

from fleet import health, tasks
from people import groups
from people.roles import Role


@pytest.fixture
def viewer(db):
    user = User.objects.create_user("vera", password="v")
    groups.give(user, Role.VIEWER)
    return user


@pytest.fixture
def no_worker():
    with health.broker() as link:
        link.delete(health.SEEN_KEY)


def test_alive_asks_nothing_and_nobody(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_not_ready_while_no_worker_was_seen(client, db, no_worker):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "reasons": {"worker": "not seen for 60 s"}},
    )


def test_ready_when_database_broker_and_worker_are_there(client, db, no_worker):
    tasks.heartbeat()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": {}})


def test_a_broker_that_is_down_is_named(client, db, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "reasons": {"broker": "does not answer (ConnectionError)"}},
    )


def test_figures_are_for_people_and_tokens_that_may_browse(client, viewer):
    outside = client.get("/metrics")
    client.force_login(viewer)

    inside = client.get("/metrics")

    assert (outside.status_code, inside.status_code) == (401, 200)
    lines = set(inside.content.decode().splitlines())
    expected = {
        'fleet_part_up{part="database"} 1.0',
        'fleet_devices{state="online"} 0.0',
        "fleet_ush_cells_dirty 0.0",
    }
    assert expected <= lines
