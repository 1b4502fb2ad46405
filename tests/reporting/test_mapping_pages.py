"""The mapping page, as a person uses it."""

import pytest
from django.test import Client

from devices.models import Device
from people import groups
from people.roles import Role
from reporting import forwarder, outbox
from reporting.letters import StateReported
from reporting.mapping.offers import OFFERS
from reporting.models import Cell, MappingRow

pytestmark = pytest.mark.django_db

ECO = {"code": "mode", "category": "kt", "property": "Mode", "kind": "words", "words": "eco = AUTO"}


@pytest.fixture
def as_role(django_user_model):
    def client(role):
        user = django_user_model.objects.create_user(f"a-{role}", password="x")
        groups.give(user, role)
        browser = Client()
        browser.force_login(user)
        return browser

    return client


@pytest.fixture
def admin(as_role):
    return as_role(Role.ADMIN)


@pytest.fixture
def eco(now):
    for key in ("ac1", "ac2"):
        Device.objects.create(
            device_id=key,
            category="kt",
            status={"mode": "eco", "swirl": 1},
            stamps={"mode": [1, 1, 3]},
            first_seen_at=now,
            last_seen_at=now,
            state_since=now,
        )
        outbox.take([StateReported(key, "kt", {"mode": "eco"}, {}, {"mode": 1})], now)


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_counts_what_ush_has_no_word_for(as_role, eco):
    page = text(as_role(Role.VIEWER).get("/delivery/mapping/"))

    assert "2 devices report <code>mode=eco</code>" in page
    assert "<code>swirl</code>" in page
    assert "/delivery/mapping/write/" not in page


def test_a_row_is_tried_on_a_real_device_before_it_is_added(admin, eco):
    page = text(admin.post("/delivery/mapping/write/", ECO | {"device": "ac1", "try": "1"}))

    assert "The device reports <code>mode=eco</code>" in page
    assert "<strong>AUTO</strong>" in page
    assert "eco = AUTO" in page
    assert not MappingRow.objects.exists()


def test_a_device_that_nobody_knows_is_said_so(admin, eco):
    page = text(admin.post("/delivery/mapping/write/", ECO | {"device": "x", "try": "1"}))

    assert "Nobody knows this device" in page


def test_a_row_is_added_switched_off_and_removed(admin, eco):
    added = text(admin.post("/delivery/mapping/write/", ECO, follow=True))
    row = MappingRow.objects.get()
    address = f"/delivery/mapping/{row.pk}"
    admin.post(f"{address}/off/")
    off = MappingRow.objects.get().enabled
    admin.post(f"{address}/remove/")

    assert "<code>eco</code> → AUTO" in added
    assert row.parameters == {"eco": "AUTO"}
    assert off is False
    assert not MappingRow.objects.exists()
    assert admin.post(f"{address}/on/").status_code == 404
    assert admin.post(f"{address}/nonsense/").status_code == 404


def test_a_refused_row_keeps_what_was_typed_and_says_why(admin):
    page = text(admin.post("/delivery/mapping/write/", ECO | {"words": "eco = ECO"}), 422)

    assert "Mode has no such value at USH: ECO" in page
    assert "eco = ECO" in page


def test_an_extension_is_switched_on_with_one_press(admin):
    number = next(n for n, line in enumerate(OFFERS) if line.code == "va_humidity")

    page = text(admin.post(f"/delivery/mapping/offers/{number}/", follow=True))

    row = MappingRow.objects.get()
    assert (row.code, row.property, row.extension) == ("va_humidity", "Humidity", True)
    assert f"/delivery/mapping/offers/{number}/" not in page
    assert admin.post("/delivery/mapping/offers/999/").status_code == 404


@pytest.mark.parametrize("path", ["write/", "offers/0/", "1/off/", "1/remove/"])
def test_who_is_no_admin_writes_nothing(as_role, path):
    answer = as_role(Role.MANAGER).post(f"/delivery/mapping/{path}", ECO)

    assert answer.status_code == 403


def test_the_delivery_page_says_what_ush_thinks_and_what_staff_did(as_role, office, sim):
    operator = as_role(Role.OPERATOR)
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1", on=False)
    forwarder.drain(office.desk)
    stuck = Cell.objects.get(lane="quarantine")

    before = text(operator.get("/delivery/"))
    operator.post("/delivery/discard/", {"cell": stuck.pk})
    after = text(operator.get("/delivery/"))

    assert "USH thinks ON, the device is OFF" in before.replace(" (not certain)", "")
    assert "DEVICE_NOT_FOUND" in before
    assert "gave up what USH refused" in after
    assert "Discarded" in after
    assert not Cell.objects.filter(lane="quarantine").exists()
