import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from people import groups, tokens
from people.models import ApiToken, Deed
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db


def signed_in(role, name=None):
    client = Client()
    client.user = persons.user(role, name)
    client.force_login(client.user)
    return client


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_an_account_shows_the_role_and_what_it_may():
    page = words(signed_in(Role.OPERATOR, "ann").get("/account/"))

    assert 'ann <small class="text-secondary">operator' in page
    assert "rename devices; read devices from the cloud now" in page
    assert "reset devices" not in page
    assert 'href="/people/' not in page


def test_a_token_is_shown_once_and_works():
    client = signed_in(Role.OPERATOR)

    answer = client.post("/account/tokens/", {"name": "ci", "role": "viewer", "days": "30"})

    text = re.search(r"fleet_[\w-]{43}", words(answer))[0]
    row = tokens.owner_of(text, timezone.now())
    assert (row.owner, row.name, row.role, row.read_only) == (client.user, "ci", "viewer", False)
    assert row.expires_at - row.created_at == timedelta(days=30)
    assert "no-store" in answer.headers["Cache-Control"]
    assert text not in words(client.get("/account/"))


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "ci", "role": "admin", "days": "30"},
        {"name": "", "role": "viewer", "days": "30"},
        {"name": "x" * 81, "role": "viewer", "days": "30"},
        {"name": "ci", "role": "viewer", "days": "9999"},
        {},
    ],
)
def test_a_token_that_asks_too_much_is_refused_on_the_page(wish):
    answer = signed_in(Role.OPERATOR).post("/account/tokens/", wish)

    assert (answer.status_code, ApiToken.objects.count()) == (200, 0)
    assert "invalid-feedback" in words(answer)


def test_people_revoke_their_own_tokens_and_only_admins_those_of_others():
    owner, other, admin = signed_in(Role.VIEWER), signed_in(Role.MANAGER), signed_in(Role.ADMIN)
    first, second = persons.token(owner.user)[0], persons.token(owner.user)[0]

    stranger = other.post(f"/account/tokens/{first.pk}/revoke/")
    own = owner.post(f"/account/tokens/{first.pk}/revoke/")
    by_admin = admin.post(f"/account/tokens/{second.pk}/revoke/")

    assert (stranger.status_code, own.status_code, by_admin.status_code) == (404, 302, 302)
    assert (own.headers["Location"], by_admin.headers["Location"]) == ("/account/", "/people/")
    assert ApiToken.objects.count() == 0


def test_a_password_is_changed_and_the_session_goes_on():
    client = signed_in(Role.VIEWER)
    client.user.set_password("the old horse")
    client.user.save()
    client.force_login(client.user)

    wrong = client.post(
        "/account/password/",
        {
            "old_password": "no",
            "new_password1": "staple battery",
            "new_password2": "staple battery",
        },
    )
    right = client.post(
        "/account/password/",
        {
            "old_password": "the old horse",
            "new_password1": "staple battery",
            "new_password2": "staple battery",
        },
    )

    assert (wrong.status_code, right.status_code) == (200, 302)
    assert "staple battery" not in words(wrong)
    client.user.refresh_from_db()
    assert client.user.check_password("staple battery")
    assert client.get("/account/").status_code == 200


def test_an_admin_adds_a_user_and_reads_the_password_once():
    admin = signed_in(Role.ADMIN)

    page = words(admin.post("/people/add/", {"username": "ann", "role": "manager"}))

    password = re.search(r'data-copy="([^"]+)"', page)[1]
    ann = User.objects.get(username="ann")
    assert ann.check_password(password)
    assert groups.role_of(ann) is Role.MANAGER
    assert password not in words(admin.get("/people/"))


@pytest.mark.parametrize(
    "wish",
    [{"username": "taken", "role": "viewer"}, {"username": "a b", "role": "viewer"},
     {"username": "new", "role": "king"}, {}],
)  # fmt: skip
def test_a_user_that_cannot_be_made_is_refused_on_the_page(wish):
    admin = signed_in(Role.ADMIN)
    persons.user(Role.VIEWER, "taken")

    answer = admin.post("/people/add/", wish)

    assert (answer.status_code, User.objects.count()) == (200, 2)
    assert "invalid-feedback" in words(answer)


def test_an_admin_moves_keeps_out_and_lets_in():
    admin = signed_in(Role.ADMIN)
    ann = persons.user(Role.VIEWER, "ann")

    said = [
        words(admin.post(f"/people/{ann.pk}/{verb}/", body, follow=True))
        for verb, body in (("role", {"role": "operator"}), ("keep-out", {}), ("let-in", {}))
    ]

    assert "ann is now operator." in said[0]
    assert "ann can no longer sign in" in said[1]
    assert "(kept out)" in said[1]
    assert list(Deed.objects.order_by("pk").values_list("what", "about", "details")) == [
        ("role-given", "ann", {"role": "operator"}),
        ("kept-out", "ann", {}),
        ("let-in", "ann", {}),
    ]
    assert "ann may sign in again." in said[2]
    assert groups.role_of(ann) is Role.OPERATOR


def test_the_last_admin_is_told_why_they_stay():
    admin = signed_in(Role.ADMIN)

    page = words(admin.post(f"/people/{admin.user.pk}/keep-out/", follow=True))

    assert "This is the last admin: make another one first." in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.MANAGER])
@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/people/"), ("post", "/people/add/"), ("post", "/people/1/role/")],
)
def test_only_admins_manage_people(role, method, path):
    assert getattr(signed_in(role), method)(path).status_code == 403


@pytest.mark.parametrize("path", ["/account/", "/people/"])
def test_strangers_are_sent_to_sign_in(path):
    answer = Client().get(path)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={path}")


def test_the_staff_page_costs_the_same_for_one_user_and_for_fifty(django_assert_num_queries):
    admin = signed_in(Role.ADMIN)
    admin.get("/people/")
    # session, user with rights, users, their groups, tokens, and the cloud's standing for the top
    with django_assert_num_queries(6):
        admin.get("/people/")
    for _ in range(49):
        persons.token(persons.user(Role.VIEWER))
    with django_assert_num_queries(6):
        admin.get("/people/")
