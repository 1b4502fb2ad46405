from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from people import first, groups, tokens
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_adduser_prints_a_generated_password_that_works():
    said = run("adduser", "ann", "--role", "operator")

    first_line, password_line = said.splitlines()
    user = User.objects.get(username="ann")
    assert first_line == "ann is now operator"
    assert user.check_password(password_line.removeprefix("password: "))
    assert groups.role_of(user) == Role.OPERATOR


def test_adduser_does_not_repeat_a_password_that_was_given():
    assert run("adduser", "ann", "--role", "viewer", "--password", "s3cret") == (
        "ann is now viewer\n"
    )


def test_adduser_moves_a_user_to_another_role_and_keeps_the_password():
    run("adduser", "ann", "--role", "admin", "--password", "s3cret")

    said = run("adduser", "ann", "--role", "viewer")

    user = User.objects.get(username="ann")
    assert said == "ann is now viewer\n"
    assert user.check_password("s3cret")
    assert list(user.groups.values_list("name", flat=True)) == ["viewer"]


def test_adduser_refuses_a_name_that_nobody_could_type():
    with pytest.raises(CommandError, match="'a b' is no user name"):
        run("adduser", "a b", "--role", "viewer")


def test_apitoken_prints_the_token_alone():
    user = persons.user(Role.MANAGER, "ann")

    text = run("apitoken", "ann", "--name", "ci", "--read-only", "--days", "7").strip()

    row = tokens.owner_of(text, timezone.now())
    assert row is not None
    assert (row.owner, row.name, row.read_only, row.role) == (user, "ci", True, "manager")
    assert row.expires_at - row.created_at == timedelta(days=7)


def test_apitoken_never_gives_more_than_the_owner_has():
    persons.user(Role.OPERATOR, "ann")

    text = run("apitoken", "ann", "--role", "admin").strip()

    row = tokens.owner_of(text, timezone.now())
    assert row is not None
    assert row.role == "operator"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("apitoken", "nobody"), "no active user is named 'nobody'"),
        (("apitoken", "ann", "--days", "0"), "--days takes 1 to 3650, not 0"),
        (("apitoken", "ann"), "ann has no role"),
    ],
)
def test_apitoken_says_why_it_makes_none(words, reason):
    persons.user(None, "ann")

    with pytest.raises(CommandError, match=reason):
        run(*words)


def test_the_first_user_is_an_admin_and_there_is_only_one_first():
    password = first.ensure_first_user("admin")

    admin = User.objects.get()
    assert password is not None
    assert admin.check_password(password)
    assert groups.role_of(admin) == Role.ADMIN
    assert first.ensure_first_user("other", "pass") is None
    assert User.objects.count() == 1


def test_the_first_user_gets_the_password_that_was_chosen():
    assert first.ensure_first_user("root", "chosen") == "chosen"
    assert User.objects.get(username="root").check_password("chosen")
