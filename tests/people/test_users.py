from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from people import groups, users
from people.models import ApiToken
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db


def test_a_new_user_gets_a_role_and_a_password_that_works():
    user, password = users.hire("ann", Role.OPERATOR)

    assert user.check_password(password)
    assert groups.role_of(user) is Role.OPERATOR


def test_a_name_is_taken_once():
    users.hire("ann", Role.OPERATOR)

    with pytest.raises(users.NameTakenError, match="A user named ann exists already"):
        users.hire("ann", Role.ADMIN)

    assert groups.role_of(User.objects.get()) is Role.OPERATOR


def test_who_is_kept_out_loses_every_token():
    user = persons.user(Role.OPERATOR)
    persons.token(user)

    users.switch(user, active=False)

    user.refresh_from_db()
    assert (user.is_active, ApiToken.objects.count()) == (False, 0)


@pytest.mark.parametrize(
    "leave",
    [
        lambda user: users.set_role(user, Role.MANAGER),
        lambda user: users.switch(user, active=False),
    ],
)
def test_the_last_admin_stays_and_the_last_but_one_may_go(leave):
    last, other = persons.user(Role.ADMIN), persons.user(Role.ADMIN)

    leave(other)
    with pytest.raises(users.LastAdminError):
        leave(last)

    last.refresh_from_db()
    assert (last.is_active, groups.role_of(last)) == (True, Role.ADMIN)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_step_down_at_once_do_not_both_succeed():
    admins = [persons.user(Role.ADMIN), persons.user(Role.ADMIN)]

    def step_down(user):
        try:
            users.set_role(user, Role.VIEWER)
        except users.LastAdminError:
            return "stays"
        finally:
            connection.close()
        return "went"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(step_down, admins))

    assert outcomes == ["stays", "went"]
    assert User.objects.filter(groups__name="admin").count() == 1
