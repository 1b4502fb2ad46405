import hashlib
from datetime import timedelta

import pytest

from people import networks, seen_settings, tokens
from people.models import ApiToken, Deed, SeenSetting
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db


def test_only_the_digest_of_a_token_is_kept(now):
    owner = persons.user(Role.OPERATOR)

    row, text = tokens.make(owner, "ci", now, role=Role.VIEWER, lifetime=timedelta(days=90))

    stored = ApiToken.objects.values().get()
    assert text.startswith("fleet_")
    assert len(text) == len("fleet_") + 43
    assert stored == {
        "id": row.pk,
        "name": "ci",
        "owner_id": owner.pk,
        "role": "viewer",
        "read_only": False,
        "prefix": text[:10],
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "created_at": now,
        "expires_at": now + timedelta(days=90),
        "addresses": [],
        "last_used_at": None,
        "last_address": "",
    }
    assert text not in str(row)


def test_a_token_is_known_until_it_expires(now):
    owner = persons.user()
    row, text = persons.token(owner, lifetime=timedelta(hours=1), now=now)

    assert tokens.owner_of(text, now + timedelta(minutes=59)) == row
    assert tokens.owner_of(text, now + timedelta(hours=1)) is None


def test_a_token_dies_with_its_owner_being_switched_off(now):
    owner = persons.user()
    _, text = persons.token(owner, now=now)
    owner.is_active = False
    owner.save()

    assert tokens.owner_of(text, now) is None


def test_use_is_noted_at_most_once_a_minute(now):
    row, text = persons.token(persons.user(), now=now)
    later = [now + timedelta(seconds=after) for after in (1, 59, 62)]

    noted = []
    for at in later:
        tokens.owner_of(text, at)
        row.refresh_from_db()
        noted.append(row.last_used_at)

    assert noted == [later[0], later[0], later[2]]


def record():
    return list(Deed.objects.order_by("pk").values_list("who", "address", "what", "about"))


def test_the_first_use_of_a_day_from_an_address_is_on_record(now):
    row, text = persons.token(persons.user(name="ann"), lifetime=timedelta(days=3), now=now)
    calls = [("192.0.2.1", 0), ("192.0.2.1", 2), ("192.0.2.2", 3), ("192.0.2.1", 4)]

    for address, minutes in [*calls, ("192.0.2.1", 24 * 60)]:
        tokens.owner_of(text, now + timedelta(minutes=minutes), address)

    who = f"ann ({row})"
    assert record() == [
        (who, "192.0.2.1", "token-used", ""),
        (who, "192.0.2.2", "token-used", ""),
        (who, "192.0.2.1", "token-used", ""),
    ]


def test_a_refused_use_is_on_record_once_a_minute_and_says_why(now):
    row, text = persons.token(persons.user(name="ann"), lifetime=timedelta(hours=1), now=now)
    later = now + timedelta(hours=2)

    for seconds in (0, 30, 61):
        tokens.owner_of(text, later + timedelta(seconds=seconds), "192.0.2.1")
    tokens.owner_of("fleet_guessed", later, "192.0.2.9")

    assert record() == [
        (f"ann ({row})", "192.0.2.1", "token-refused", "expired"),
        (f"ann ({row})", "192.0.2.1", "token-refused", "expired"),
        ("?", "192.0.2.9", "token-refused", "unknown"),
    ]


def test_a_token_may_be_bound_to_networks(now):
    row, text = tokens.make(
        persons.user(name="ann"),
        "ci",
        now,
        role=Role.VIEWER,
        lifetime=timedelta(days=1),
        addresses=networks.read("192.0.2.0/24, 2001:db8::/32"),
    )
    places = ["192.0.2.77", "::ffff:192.0.2.1", "2001:db8::7", "192.0.3.1", "2001:db9::1", "", "x"]

    known = [tokens.owner_of(text, now, place) == row for place in places]

    assert known == [True, True, True, False, False, False, False]
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        networks.read("192.0.2.0/24, here")


def test_a_token_that_calls_too_often_is_told_when_to_come_back(settings):
    settings.TOKEN_CALLS_PER_MINUTE = 3
    client = persons.api(Role.VIEWER)
    others = persons.api(Role.VIEWER)

    # a minute may end meanwhile: of seven calls four are in the same one
    told = [client.get("/api/v1/sync-runs/") for _ in range(7)]
    refused = next(answer for answer in told if answer.status_code == 429)

    assert told[0].status_code == 200
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert {name: refused.json()[name] for name in ("title", "status", "code")} == {
        "title": "Too Many Requests",
        "status": 429,
        "code": "throttled",
    }
    assert others.get("/api/v1/sync-runs/").status_code == 200


def test_without_a_broker_nobody_is_held_up(settings):
    settings.TOKEN_CALLS_PER_MINUTE = 1
    settings.BROKER_URL = "redis://127.0.0.1:9/0"
    client = persons.api(Role.VIEWER)

    told = [client.get("/api/v1/sync-runs/").status_code for _ in range(2)]

    assert told == [200, 200]


def test_a_start_with_other_settings_is_on_record_by_their_names_alone(now):
    first = seen_settings.look({"TUYA_QPS": "10", "SECRET_KEY": "a"}, now)
    again = seen_settings.look({"TUYA_QPS": "10", "SECRET_KEY": "a"}, now)
    others = seen_settings.look({"TUYA_QPS": "10", "SECRET_KEY": "b", "HSTS": "1h"}, now)

    assert (first, again, others) == ([], [], ["HSTS", "SECRET_KEY"])
    assert record() == [("start", "", "settings-changed", "HSTS, SECRET_KEY")]
    assert len({row.digest for row in SeenSetting.objects.all()}) == 3
