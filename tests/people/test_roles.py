from people.roles import Right, Role, least_role, lower, rights_of


def test_each_role_holds_what_the_interface_promises():
    viewer = {Right.BROWSE}
    operator = viewer | {Right.RENAME, Right.SYNC, Right.RESYNC, Right.TAG}
    manager = operator | {Right.REMOVE, Right.RESET, Right.APPROVE}

    held = {role: set(rights_of(role)) for role in Role}

    assert held == {
        Role.VIEWER: viewer,
        Role.OPERATOR: operator,
        Role.MANAGER: manager,
        Role.ADMIN: manager | {Right.REVEAL, Right.ADMIN},
    }


def test_the_least_role_of_a_right_is_the_first_that_holds_it():
    found = [least_role(right) for right in (Right.BROWSE, Right.TAG, Right.RESET, Right.ADMIN)]

    assert found == [Role.VIEWER, Role.OPERATOR, Role.MANAGER, Role.ADMIN]


def test_the_lower_of_two_roles_does_not_depend_on_their_order():
    assert lower(Role.ADMIN, Role.VIEWER) == lower(Role.VIEWER, Role.ADMIN) == Role.VIEWER
