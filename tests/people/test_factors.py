"""Second factors: an app's code after the password, recovery codes once, and what is on record."""

import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from people.models import Deed
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db

WORD = "right horse"


@pytest.fixture
def ann():
    user = persons.user(Role.OPERATOR, "ann")
    user.set_password(WORD)
    user.save()
    return user


def password(client):
    return client.post("/login/", {"username": "ann", "password": WORD})


def code_of(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def secret(ann):
    """The secret of an app that ann has just added."""
    client = Client()
    password(client)
    client.post("/account/again/", {"password": WORD})
    found = client.get("/account/factors/app/").context["form"].secret
    done = client.post("/account/factors/app/", {"code": code_of(found)})
    assert (done.status_code, done["Location"]) == (302, "/account/factors/codes/")
    return found


def forget_used_codes():
    """An app's code works once; the next half minute is not waited for."""
    cache.clear()


def test_after_the_password_the_apps_code_is_asked_for(ann, secret):
    forget_used_codes()
    client = Client()

    asked = password(client)
    before = client.get("/account/")
    page = client.get("/login/code/").content.decode()
    wrong = client.post("/login/code/", {"code": "000000"})
    right = client.post("/login/code/", {"code": code_of(secret)})

    assert (asked.status_code, asked["Location"]) == (302, "/login/code/")
    assert before.status_code == 302
    assert "Second proof" in page
    assert (wrong.status_code, right.status_code, right["Location"]) == (200, 302, "/")
    assert client.get("/account/").status_code == 200
    assert list(Deed.objects.order_by("pk").values_list("what", "about", "details")) == [
        ("signed-in", "", {"ways": ["password"]}),
        ("factor-added", "app", {}),
        ("sign-in-failed", "", {}),
        ("signed-in", "", {"ways": ["password", "mfa"]}),
    ]


def test_the_secret_is_stored_encrypted(ann, secret):
    kept = Authenticator.objects.get(type="totp").data["secret"]

    assert secret not in str(kept)
    assert kept.startswith("gAAAA")


def test_a_change_of_keys_takes_the_factors_along(ann, secret, settings):
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]

    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]

    assert decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 10


def test_codes_are_counted_like_passwords(ann, secret):
    client = Client()
    password(client)

    told = [client.post("/login/code/", {"code": "000000"}).status_code for _ in range(6)]
    right = client.post("/login/code/", {"code": code_of(secret)})

    assert told[:4] == [200] * 4
    assert told[-1] == right.status_code == 429
    assert client.get("/account/").status_code == 302


def test_a_recovery_code_lets_in_once(ann, secret):
    wrapped = Authenticator.objects.get(type="recovery_codes").wrap()
    code = wrapped.get_unused_codes()[0]

    told = []
    for _ in range(2):
        client = Client()
        password(client)
        told.append(client.post("/login/code/", {"code": code}).status_code)

    assert told == [302, 200]


def test_who_lost_phone_and_codes_is_let_in_by_command(ann, secret):
    said = StringIO()

    call_command("unlock", "ann", "--factors", stdout=said)
    answer = password(Client())

    assert said.getvalue() == "ann was not locked\n2 second factors forgotten\n"
    assert answer["Location"] == "/"


def test_a_factor_is_not_changed_without_proving_oneself_anew(ann):
    client = Client()
    client.force_login(ann)

    asked = client.get("/account/factors/app/")
    wrong = client.post(asked["Location"], {"password": "no"})
    right = client.post(asked["Location"], {"password": WORD})

    assert asked["Location"].startswith("/account/again/?next=")
    assert (wrong.status_code, right.status_code) == (200, 302)
    assert client.get("/account/factors/app/").status_code == 200
