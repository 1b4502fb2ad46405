import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from rest_framework.exceptions import NotAuthenticated, PermissionDenied

from people import rights
from people.rights import Right, Role, may
from people.roles import rights_of
from tests.people import persons

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_a_user_may_what_the_role_holds_and_no_more(role):
    user = persons.user(role)

    assert {right for right in Right if may(user, right)} == set(rights_of(role))


def test_nobody_may_anything_without_a_role_or_a_name():
    strangers = [persons.user(None), AnonymousUser()]

    assert [right for who in strangers for right in Right if may(who, right)] == []


def test_a_user_who_is_switched_off_may_nothing():
    user = persons.user(Role.ADMIN)
    user.is_active = False
    user.save()

    assert [right for right in Right if may(user, right)] == []


def test_a_single_permission_can_be_added_to_a_role():
    user = persons.user(Role.VIEWER)
    user.user_permissions.add(Permission.objects.get(codename="approve"))

    assert {right for right in Right if may(user, right)} == {Right.BROWSE, Right.APPROVE}


def test_a_token_narrows_its_owner_wherever_the_user_is_handed_on():
    owner = persons.user(Role.ADMIN)
    row, _ = persons.token(owner, Role.OPERATOR)

    user = rights.capped(owner, row)

    assert {right for right in Right if may(user, right)} == set(rights_of(Role.OPERATOR))


def test_a_token_never_widens_its_owner():
    owner = persons.user(Role.VIEWER)
    row, _ = persons.token(owner, Role.ADMIN)

    user = rights.capped(owner, row)

    assert {right for right in Right if may(user, right)} == {Right.BROWSE}


def test_a_read_only_token_may_browse_and_nothing_else():
    owner = persons.user(Role.ADMIN)
    row, _ = persons.token(owner, Role.ADMIN, read_only=True)

    user = rights.capped(owner, row)

    assert {right for right in Right if may(user, right)} == {Right.BROWSE}


def test_a_refusal_says_what_is_missing_and_who_can_give_it():
    with pytest.raises(PermissionDenied) as refused:
        rights.demand(persons.user(Role.VIEWER), Right.RESET)

    assert str(refused.value.detail) == (
        "You may not reset devices to factory state: "
        "it takes the role manager or higher. Ask an admin."
    )


def test_a_stranger_is_asked_to_say_who_they_are():
    with pytest.raises(NotAuthenticated):
        rights.demand(AnonymousUser(), Right.BROWSE)
