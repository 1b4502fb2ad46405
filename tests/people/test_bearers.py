"""Whom a token speaks for, and with which rights."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from people import bearers, tokens
from people.groups import give
from people.roles import Role

pytestmark = pytest.mark.django_db


def owner(role, *more):
    user = User.objects.create_user(f"of-{role}")
    give(user, role)
    user.user_permissions.add(*Permission.objects.filter(codename__in=more))
    return user


def test_token_owner_and_rights_come_in_one_statement(django_assert_num_queries):
    user = owner(Role.OPERATOR, "approve", "add_group")
    made, text = tokens.make(
        user,
        "night run",
        timezone.now(),
        role=Role.VIEWER,
        lifetime=timedelta(days=1),
        addresses=["192.0.2.0/24"],
    )

    with django_assert_num_queries(1):
        found = bearers.find(tokens.digest(text))
        rights = found.owner.get_all_permissions()

    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(made).items() if name != "_state"
    }
    assert vars(found.owner).keys() - {"_perm_cache"} == vars(User.objects.get(pk=user.pk)).keys()
    assert rights == User.objects.get(pk=user.pk).get_all_permissions()
    assert {"people.approve", "people.rename", "auth.add_group"} <= rights


def test_nobody_is_found_by_a_text_that_is_no_token():
    assert bearers.find(tokens.digest("fleet_guessed")) is None


def test_whom_a_session_names_comes_with_all_rights_at_each_request_anew(
    django_assert_num_queries,
):
    user, backend = owner(Role.OPERATOR, "approve"), bearers.SignedIn()
    asked = User.objects.get(pk=user.pk).get_all_permissions()

    with django_assert_num_queries(1):
        found = backend.get_user(user.pk)
        rights = found.get_all_permissions()
    give(user, Role.VIEWER)
    fewer = backend.get_user(user.pk).get_all_permissions()

    assert rights == asked
    assert fewer == User.objects.get(pk=user.pk).get_all_permissions() < rights
    User.objects.update(is_active=False)
    assert (backend.get_user(user.pk), backend.get_user(0)) == (None, None)
