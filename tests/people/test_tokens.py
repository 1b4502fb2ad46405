import hashlib
from datetime import timedelta

import pytest

from people import tokens
from people.models import ApiToken
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
        "last_used_at": None,
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
