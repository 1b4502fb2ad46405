# ruff: noqa: E501 - sentences are quoted whole
"""Settings are read by a process of its own: a process reads them once."""

import json
import os
import subprocess
import sys

import pytest

from fleet import runfile

KEEP = ("PATH", "HOME", "LANG", "PYTHONPATH")
FERNET = "MDAw" * 10 + "MDA="


def manage(*words, **given):
    plain = {name: os.environ[name] for name in KEEP if name in os.environ}
    env = plain | {"FLEET_ENV_FILE": os.devnull, "FLEET_DATA": "/nonexistent/fleet"} | given
    return subprocess.run(
        [sys.executable, "manage.py", *words], env=env, capture_output=True, text=True, check=False
    )


def settings(**given):
    show = (
        "import json\nfrom fleet import settings as s\n"
        "print(json.dumps({n: str(v) for n, v in vars(s).items() if n.isupper()}))"
    )
    plain = {name: os.environ[name] for name in KEEP if name in os.environ}
    env = plain | {"FLEET_ENV_FILE": os.devnull, "FLEET_DATA": "/nonexistent/fleet"} | given
    done = subprocess.run([sys.executable, "-c", show], env=env, capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"TUYA_CLIENT_ID": "abc"},
            (
                "TUYA_CLIENT_ID is set but TUYA_CLIENT_SECRET is not: set both for your cloud project, "
                "or neither for the demo with simulated devices."
            ),
        ),
        (
            {"TUYA_CLIENT_SECRET": "abc"},
            (
                "TUYA_CLIENT_SECRET is set but TUYA_CLIENT_ID is not: set both for your cloud project, "
                "or neither for the demo with simulated devices."
            ),
        ),
        (
            {"TUYA_BASE_URL": "mars"},
            (
                "TUYA_BASE_URL is 'mars', but must be an https:// address or one of cn, us, us-e, eu, "
                "eu-w, in, sg: correct it in the environment or in .env and start again."
            ),
        ),
        (
            {"TUYA_DISCOVERY": "user:"},
            (
                "TUYA_DISCOVERY is 'user:', but must be associated-users, user:<uid>[,<uid>], thing or "
                "ids: correct it in the environment or in .env and start again."
            ),
        ),
        (
            {"DATABASE_URL": "postgresql://fleet@localhost/fleet", "FIELD_ENCRYPTION_KEYS": FERNET},
            (
                "SECRET_KEY is not set, but is required when DEBUG is 0 and the database is not the "
                "embedded one: set it (docs/configuration.md says how to make one) and start again."
            ),
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": "fleet.example.com"},
            (
                "CSRF_TRUSTED_ORIGINS is 'fleet.example.com', but must be origins such as "
                "https://fleet.example.com: correct it in the environment or in .env and start again."
            ),
        ),
        (
            {"TUYA_FEED": "on"},
            (
                "TUYA_FEED is 'on', but must be one of off, event, event-test: correct it in the "
                "environment or in .env and start again."
            ),
        ),
        (
            {
                "TUYA_FEED": "event",
                "TUYA_BASE_URL": "sg",
                "TUYA_CLIENT_ID": "a",
                "TUYA_CLIENT_SECRET": "b",
            },
            (
                "TUYA_FEED_URL is not set, but is required when TUYA_FEED is event and "
                "TUYA_BASE_URL is https://openapi-sg.iotbing.com: no address of a message service "
                "is known for it; set it, or TUYA_FEED=off, and start again."
            ),
        ),
        (
            {"FIELD_ENCRYPTION_KEYS": "short"},
            (
                "FIELD_ENCRYPTION_KEYS is '...', but must be Fernet keys (32 bytes in base64), newest "
                "first: correct it in the environment or in .env and start again."
            ),
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_and_no_traceback(given, sentence):
    done = manage("check", **given)

    assert (done.returncode, done.stderr, done.stdout) == (2, sentence + "\n", "")


def test_a_region_is_as_good_as_its_address():
    read = settings(TUYA_CLIENT_ID="a", TUYA_CLIENT_SECRET="b", TUYA_BASE_URL="eu-w")

    assert (read["TUYA_BASE_URL"], read["DEMO"]) == ("https://openapi-weaz.tuyaeu.com", "False")


def test_the_message_service_is_that_of_the_data_center():
    read = settings(TUYA_CLIENT_ID="a", TUYA_CLIENT_SECRET="b", TUYA_BASE_URL="us-e")

    assert (read["TUYA_FEED_URL"], read["TUYA_FEED"]) == ("wss://mqe.tuyaus.com:8285", "off")


def test_behind_tls_the_cookies_never_travel_without_it():
    plain = settings()
    behind = settings(CSRF_TRUSTED_ORIGINS="https://fleet.example.com")

    read = [(one["SESSION_COOKIE_SECURE"], one["CSRF_COOKIE_SECURE"]) for one in (plain, behind)]
    assert read == [("False", "False"), ("True", "True")]


def test_loopback_may_always_ask():
    read = settings(ALLOWED_HOSTS="fleet.example.com")

    assert read["ALLOWED_HOSTS"] == "['fleet.example.com', 'localhost', '127.0.0.1', '[::1]']"


def test_with_no_cloud_project_it_is_the_demo_and_the_simulator_of_the_run_is_used(tmp_path):
    note = {"tuya_client_id": "i", "tuya_client_secret": "s", "tuya_base_url": "http://127.0.0.1:1"}
    with runfile.only_one(tmp_path):
        runfile.write_private(tmp_path / runfile.NOTE, note)
        read = settings(FLEET_DATA=str(tmp_path), TUYA_BASE_URL="us")

    assert (read["DEMO"], read["TUYA_CLIENT_ID"], read["TUYA_BASE_URL"]) == (
        "True",
        "i",
        "http://127.0.0.1:1",
    )


def test_a_command_that_needs_rows_says_what_to_run_when_nothing_is_up():
    done = manage("showmigrations")

    assert (done.returncode, done.stderr) == (
        2,
        (
            "No services are up (none noted in /nonexistent/fleet): run `make run` first, "
            "or set DATABASE_URL and BROKER_URL.\n"
        ),
    )


def test_a_command_that_needs_no_rows_runs_without_services():
    done = manage("check")

    assert (done.returncode, "System check identified" in done.stdout + done.stderr) == (0, True)


def test_every_command_finds_the_services_of_the_run(tmp_path):
    note = {
        "database_url": os.environ["DATABASE_URL"],
        "broker_url": os.environ["BROKER_URL"],
        "secret_key": "s" * 50,
        "field_encryption_keys": FERNET,
    }
    with runfile.only_one(tmp_path):
        runfile.write_private(tmp_path / runfile.NOTE, note)
        done = manage("showmigrations", "people", "--plan", FLEET_DATA=str(tmp_path))

    assert (done.returncode, "people.0001_tokens" in done.stdout) == (0, True)


PRODUCTION = {
    "SECRET_KEY": "zq8" * 20 + "0123456789abcdef",
    "ALLOWED_HOSTS": "fleet.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://fleet.example.com",
    "USH_REPORT_URL": "https://ush.example.com/report",
}


def test_django_finds_nothing_to_object_to_in_production():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout


def test_behind_tls_browsers_are_told_to_keep_to_it_and_without_they_are_not():
    behind, plain = settings(**PRODUCTION), settings()

    told = [(one["SECURE_HSTS_SECONDS"], one["SESSION_COOKIE_SECURE"]) for one in (behind, plain)]
    assert told == [("3600", "True"), ("0", "False")]
