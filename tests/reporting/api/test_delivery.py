import pytest
from rest_framework.test import APIClient

from people import groups
from people.roles import Role
from reporting import forwarder
from reporting.models import Cell, Report, Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role(django_user_model):
    def client(role):
        user = django_user_model.objects.create_user(f"a-{role}", password="x")
        groups.give(user, role)
        api = APIClient()
        api.force_authenticate(user)
        return api

    return client


@pytest.fixture
def viewer(as_role):
    return as_role(Role.VIEWER)


@pytest.fixture
def operator(as_role):
    return as_role(Role.OPERATOR)


def get(client, path):
    answer = client.get(f"/api/v1/delivery/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_stranger_reads_nothing():
    assert APIClient().get("/api/v1/delivery/cells/").status_code in (401, 403)


@pytest.mark.parametrize("path", ["pause/", "resume/", "resync/", "quarantine/retry/"])
def test_a_viewer_may_not_steer(viewer, path):
    answer = viewer.post(f"/api/v1/delivery/{path}", {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_cell_says_what_waits_and_what_is_known(viewer, office, sim):
    office.switch("plug1", on=True)
    forwarder.drain(office.desk)
    office.switch("plug1", on=False)

    (cell,) = get(viewer, "cells/?dirty=1")["results"]

    stable = {key: value for key, value in cell.items() if key not in ("id", "acked_at")}
    assert stable == {
        "device_id": "plug1",
        "ush_device_id": "plug1",
        "property": "PowerState",
        "value": "OFF",
        "value_at": "2026-11-21T12:00:01.000Z",
        "acked_value": "ON",
        "acked_known": True,
        "dirty": True,
        "dirty_since": "2026-11-21T12:00:01.000Z",
        "lane": "healthy",
        "attempts": 0,
        "next_try_at": "2026-11-21T12:00:02.000Z",
        "last_error": "",
        "last_http": None,
        "discarded": False,
    }


def test_the_stuck_are_found_by_lane(viewer, office, sim):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)

    (cell,) = get(viewer, "cells/?lane=quarantine")["results"]

    assert (cell["device_id"], cell["dirty"]) == ("plug1", True)
    assert "DEVICE_NOT_FOUND" in cell["last_error"]


def test_a_report_says_what_came_of_a_request(viewer, office, sim):
    sim.trouble("ush_refuses", business_code="SERVICE_ERROR", times=1)
    office.switch("plug1")
    forwarder.forward_due(office.desk)

    report = get(viewer, "reports/")["results"][-1]

    stable = {key: value for key, value in report.items() if key not in ("id", "took_ms")}
    assert stable == {
        "sent_at": "2026-11-21T12:00:01.000Z",
        "kind": "batch",
        "devices": 1,
        "cells": 1,
        "outcome": "refused",
        "row": "I",
        "meaning": "USH refuses something in this request "
        "(HTTP 200, code 500: SERVICE_ERROR refused)",
        "http_status": 200,
        "code": "500",
        "business_code": "SERVICE_ERROR",
        "business_message": "refused",
        "lag_ms": None,
    }
    one = get(viewer, f"reports/{report['id']}/")
    assert one["request_body"].startswith('{"devices":[{"deviceId":"plug1"')
    assert "SERVICE_ERROR" in one["answer_head"]


def test_reports_are_found_by_outcome_and_time(viewer, office, sim):
    office.switch("plug1")
    forwarder.drain(office.desk)

    assert len(get(viewer, "reports/?outcome=accepted")["results"]) == 1
    assert get(viewer, "reports/?outcome=refused,strange")["results"] == []
    assert get(viewer, "reports/?start=2026-11-22")["results"] == []
    assert viewer.get("/api/v1/delivery/reports/?outcome=nonsense").status_code == 400


def test_a_report_that_is_not_there_is_answered_404(viewer):
    assert viewer.get("/api/v1/delivery/reports/1/").status_code == 404


def test_pause_stops_and_resume_goes_on(operator, office, sim):
    paused = operator.post("/api/v1/delivery/pause/", {"reason": "USH moves"}, format="json")
    assert paused.json()["state"] == "paused"
    assert paused.json()["why"] == "paused by a-operator: USH moves"
    office.switch("plug1")
    assert forwarder.drain(office.desk).requests == 0

    resumed = operator.post("/api/v1/delivery/resume/")
    forwarder.drain(office.desk)

    assert resumed.json()["state"] == "healthy"
    assert sim.ush.state == {("plug1", "PowerState"): "ON"}


def test_a_resync_tells_everything_or_some_devices_again(operator, office, sim):
    office.switch("plug1", "plug2")
    forwarder.drain(office.desk)

    some = operator.post("/api/v1/delivery/resync/", {"devices": ["plug1"]}, format="json")
    rest = operator.post("/api/v1/delivery/resync/")

    assert (some.status_code, some.json()) == (202, {"cells": 1})
    assert (rest.status_code, rest.json()) == (202, {"cells": 1})


def test_the_same_key_resyncs_once(operator, office, sim):
    office.switch("plug1")
    forwarder.drain(office.desk)

    answers = [
        operator.post("/api/v1/delivery/resync/", headers={"Idempotency-Key": "k1"}).json()
        for _ in range(2)
    ]

    assert answers == [{"cells": 1}] * 2


def test_the_quarantined_are_tried_at_once_on_demand(operator, office, sim, clock):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    sim.calm()

    now = clock.now
    answer = operator.post("/api/v1/delivery/quarantine/retry/", {"devices": ["plug1"]}, "json")
    assert answer.json() == {"cells": 1}
    clock.now = max(now, Cell.objects.get(ush_device_id="plug1").next_try_at)
    forwarder.drain(office.desk)

    assert sim.ush.state[("plug1", "PowerState")] == "ON"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("resync/", {"device": ["a"]}),
        ("resync/", {"devices": "a"}),
        ("resync/", [1]),
        ("pause/", {"reason": 1, "more": 2}),
    ],
)
def test_nonsense_is_refused_by_name(operator, path, body):
    answer = operator.post(f"/api/v1/delivery/{path}", body, format="json")

    assert answer.status_code == 400
    assert not Sink.objects.filter(paused=True).exists()


@pytest.mark.parametrize("path", ["cells/", "reports/"])
def test_a_long_list_costs_the_queries_of_a_short_one(
    viewer, office, sim, path, django_assert_num_queries
):
    office.switch(*[f"plug{n}" for n in range(60)])
    forwarder.drain(office.desk)
    assert Cell.objects.count() == 60
    assert Report.objects.count() == 2
    viewer.get("/api/v1/delivery/")  # this user's rights are read once

    with django_assert_num_queries(1):
        viewer.get(f"/api/v1/delivery/{path}?page_size=50")
    with django_assert_num_queries(1):
        viewer.get(f"/api/v1/delivery/{path}?page_size=1")
