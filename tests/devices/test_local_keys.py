"""The local key: encrypted under keys that change, shown to admins only, each look on record."""

import io
import json
import logging

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from devices import rotation
from devices.models import Device, Project
from people import deeds
from people.models import Deed
from people.roles import Role
from tests.devices.views import scene
from tests.people import persons

pytestmark = pytest.mark.django_db

KEY = "very-secret-key"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
CALL, PAGE = "/api/v1/devices/bf01/local-key/", "/devices/bf01/local-key/"


def stored(table="devices_device", column="local_key"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")  # noqa: S608  a name of ours
        return [value for (value,) in cursor.fetchall()]


def opened(key, values):
    return [value and Fernet(key).decrypt(value.encode()).decode() for value in values]


def told():
    looks = Deed.objects.filter(what=Deed.What.REVEALED).order_by("pk")
    return list(looks.values_list("who", "address", "what", "about"))


def test_a_new_key_opens_what_the_old_one_closed_and_rotation_frees_the_old_one(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    scene.device("bf01", local_key="one")
    scene.device("bf02", local_key="")
    Project.objects.create(client_id="c", base_url="u", token="t")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    scene.device("bf03", local_key="three")

    readable = list(Device.objects.order_by("pk").values_list("local_key", flat=True))
    done = rotation.rotate()

    assert readable == ["one", "", "three"]
    assert done == rotation.Rotated(rotated=2, current=1, unreadable=0)
    assert opened(NEW, stored()) == ["one", "", "three"]
    assert opened(NEW, stored("devices_project", "token")) == ["t"]
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Device.objects.get(device_id="bf01").local_key == "one"


def test_rotation_goes_on_where_it_was_broken_off(settings, monkeypatch):
    monkeypatch.setattr(rotation, "STEP", 2)
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    for number in range(5):
        scene.device(f"bf0{number}", local_key=f"key {number}")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    Device.objects.get(device_id="bf01").save(update_fields=["local_key"])  # as a worker would

    first, again = rotation.rotate(), rotation.rotate()

    assert (first.rotated, first.current) == (4, 1)
    assert (again.rotated, again.current) == (0, 5)
    assert opened(NEW, stored()) == [f"key {number}" for number in range(5)]


def test_what_no_key_opens_is_left_as_it_is_and_named(settings, capsys):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    scene.device("bf01", local_key="one")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    before = stored()

    with pytest.raises(CommandError):
        call_command("rotate_keys", "--json")

    assert json.loads(capsys.readouterr().out) == {"rotated": 0, "current": 0, "unreadable": 1}
    assert stored() == before


def test_an_admin_reads_the_key_by_rest_and_the_look_is_on_record(now, caplog):
    caplog.set_level(logging.DEBUG)
    scene.device(local_key=KEY)
    api = persons.api(Role.ADMIN)

    with time_machine.travel(now, tick=False):
        api = persons.api(Role.ADMIN)
        answer = api.post(CALL, REMOTE_ADDR="203.0.113.9", HTTP_IDEMPOTENCY_KEY="k")

    assert answer.json() == {"device_id": "bf01", "local_key": KEY}
    assert answer.headers["Cache-Control"] == "no-store"
    ((who, address, what, about),) = told()
    assert who.startswith(f"{api.owner.username} (test (fleet_")
    assert (address, what, about) == ("203.0.113.9", "revealed", "bf01 Desk lamp")
    assert Deed.objects.get(what=Deed.What.REVEALED).at == now
    assert KEY not in caplog.text


def test_no_answer_with_a_key_is_kept_to_be_repeated(db):
    scene.device(local_key=KEY)
    api = persons.api(Role.ADMIN)

    for _ in range(2):
        api.post(CALL, HTTP_IDEMPOTENCY_KEY="same")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rest_answer WHERE body::text LIKE %s", [f"%{KEY}%"])
        assert cursor.fetchone() == (0,)
    assert len(told()) == 2


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.MANAGER])
def test_whoever_is_no_admin_sees_neither_key_nor_button_and_nothing_is_noted(role):
    scene.device(local_key=KEY)
    page = scene.client(role)

    answers = [persons.api(role).post(CALL), page.post(PAGE), page.get("/devices/bf01/factory/")]

    assert [one.status_code for one in answers] == [403, 403, 200]
    assert all(KEY not in one.content.decode() for one in answers)
    assert PAGE not in answers[2].content.decode()
    assert told() == []


def test_a_read_only_token_of_an_admin_reveals_nothing(db):
    scene.device(local_key=KEY)

    answer = persons.api(Role.ADMIN, read_only=True).post(CALL)

    assert (answer.status_code, told()) == (403, [])


@pytest.mark.parametrize("address", [CALL, PAGE])
def test_a_get_never_reveals(address):
    scene.device(local_key=KEY)
    api, page = persons.api(Role.ADMIN), scene.client(Role.ADMIN)

    answer = (api if address == CALL else page).get(address)

    assert (answer.status_code, KEY in answer.content.decode(), told()) == (405, False, [])


def test_an_admin_reads_the_key_on_a_page_that_nobody_stores(db):
    scene.device(local_key=KEY)
    admin = scene.client(Role.ADMIN, "ann")

    button = admin.get("/devices/bf01/factory/").content.decode()
    answer = admin.post(PAGE)

    assert f'action="{PAGE}"' in button
    assert KEY in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert told() == [("ann", "127.0.0.1", "revealed", "bf01 Desk lamp")]


def test_a_device_without_a_key_says_so(db):
    scene.device(local_key="")

    assert "told no local key" in scene.text(scene.client(Role.ADMIN).post(PAGE))


def test_a_page_that_another_site_sends_reveals_nothing(db):
    scene.device(local_key=KEY)
    admin = Client(enforce_csrf_checks=True)
    admin.force_login(persons.user(Role.ADMIN))

    assert (admin.post(PAGE).status_code, told()) == (403, [])


def test_without_its_record_nobody_sees_the_key(db):
    scene.device(local_key=KEY)
    admin = scene.client(Role.ADMIN)
    admin.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_deed ADD CONSTRAINT full_disk CHECK (false)")

    answer = admin.post(PAGE)

    assert (answer.status_code, KEY in answer.content.decode()) == (500, False)


def test_the_command_says_in_one_line_what_it_did(settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    scene.device(local_key=KEY)
    out = io.StringIO()

    call_command("rotate_keys", stdout=out)

    assert out.getvalue() == (
        "rotate_keys: 0 encrypted anew, 1 were under the newest key already,"
        " 0 are opened by none of the keys\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.update(who="nobody"),
        lambda kept: kept.delete(),
        lambda kept: kept.get().save(),
    ],
)
def test_a_deed_is_neither_changed_nor_deleted(change, now):
    deeds.record("ann", "revealed", now, about="bf01")

    with pytest.raises(DatabaseError, match="neither changed nor deleted"):
        change(Deed.objects.all())
