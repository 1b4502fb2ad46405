"""Single sign-on, against a provider that is really asked: who gets in, and with which role."""

from urllib.parse import urlsplit

import httpx
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from fleet.gate import single_sign_on
from people import groups
from people.models import Deed
from people.roles import Role
from tests.people import persons
from tests.people.provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    made = Provider()
    settings.OIDC_ISSUER, settings.OIDC_NAME = made.url, "Our staff"
    settings.OIDC_ROLE_CLAIM = "groups"
    settings.OIDC_ROLES = {"hands": "operator", "chiefs": "admin"}
    settings.OIDC_DEFAULT_ROLE = "none"
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(made.url, CLIENT, SECRET, "Our staff")
    yield made
    made.close()


def come_in(client, **claims):
    """The whole way: our button, the provider, our callback."""
    there = client.post("/login/sso/")
    assert there.status_code == 302, there.content
    back = urlsplit(httpx.get(there["Location"], trust_env=False).headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_a_new_person_gets_an_account_with_the_role_of_the_claim_and_no_password(provider):
    provider.claims = {"sub": "7", "preferred_username": "mara", "groups": ["hands", "others"]}
    client = Client()

    answer = come_in(client)

    mara = User.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (mara.username, groups.role_of(mara), mara.has_usable_password()) == (
        "mara",
        Role.OPERATOR,
        False,
    )
    assert client.get("/account/").status_code == 200
    assert list(Deed.objects.order_by("pk").values_list("who", "what", "about", "details")) == [
        ("Our staff", "user-added", "mara", {"role": "operator"}),
        ("mara", "signed-in", "", {"ways": ["socialaccount"]}),
    ]


def test_who_comes_in_through_the_provider_reads_that_second_factors_are_asked_for_there(provider):
    provider.claims = {"sub": "7", "preferred_username": "mara", "groups": ["hands"]}
    client, words = Client(), "You come in through Our staff: second factors are set up and asked"
    come_in(client)

    account = client.get("/account/").content.decode()
    factors = client.get("/account/factors/").content.decode()
    adding = [
        client.get(f"/account/factors/{kind}/", follow=True) for kind in ("app", "passkeys/add")
    ]

    assert words in account
    assert "/account/factors/" not in account
    assert words in factors
    assert "/account/factors/app/" not in factors
    assert [(page.redirect_chain, words in page.content.decode()) for page in adding] == [
        ([("/account/", 302)], True),
        ([("/account/", 302)], True),
    ]
    assert not Authenticator.objects.exists()


def test_each_sign_in_brings_the_role_anew_also_less(provider):
    persons.user(Role.ADMIN)  # somebody who stays
    provider.claims = {"sub": "7", "preferred_username": "mara", "groups": ["hands", "chiefs"]}
    come_in(Client())
    was = groups.role_of(User.objects.get(username="mara"))

    provider.claims["groups"] = "hands"
    come_in(Client())

    mara = User.objects.get(username="mara")
    assert (was, groups.role_of(mara)) == (Role.ADMIN, Role.OPERATOR)


@pytest.mark.parametrize(
    ("default", "claims", "role"),
    [
        ("none", {}, None),
        ("none", {"groups": ["admin", "manager"]}, None),
        ("viewer", {"groups": ["admin"]}, Role.VIEWER),
        ("viewer", {"role": "admin"}, Role.VIEWER),
    ],
)
def test_without_a_word_of_the_mapping_nobody_gets_more_than_the_default(
    provider, settings, default, claims, role
):
    settings.OIDC_DEFAULT_ROLE = default
    provider.claims = {"sub": "7", "preferred_username": "mara"} | claims

    answer = come_in(Client())

    assert [groups.role_of(user) for user in User.objects.all()] == ([role] if role else [])
    assert answer.status_code == (302 if role else 403)


def test_nobody_takes_over_an_account_by_calling_oneself_like_its_owner(provider):
    admin = persons.user(Role.ADMIN, "admin")
    provider.claims = {"sub": "7", "preferred_username": "admin", "groups": ["hands"]}

    come_in(Client())

    newcomer = User.objects.exclude(pk=admin.pk).get()
    assert newcomer.username.startswith("admin")
    assert (groups.role_of(newcomer), groups.role_of(admin)) == (Role.OPERATOR, Role.ADMIN)


@pytest.mark.parametrize("lie", ["issuer", "audience"])
def test_a_token_of_another_issuer_or_for_another_client_lets_nobody_in(provider, lie):
    provider.claims = {"sub": "7", "preferred_username": "mara", "groups": ["chiefs"]}
    setattr(provider, lie, "https://elsewhere.example")
    client = Client()

    answer = come_in(client)

    assert answer.status_code == 403
    assert "was not completed" in answer.content.decode()
    assert User.objects.count() == 0


def test_a_person_who_is_kept_out_stays_out(provider):
    provider.claims = {"sub": "7", "preferred_username": "mara", "groups": ["hands"]}
    come_in(Client())
    User.objects.update(is_active=False)
    client = Client()

    answer = come_in(client)

    assert answer["Location"] == "/login/refused/"
    assert client.get("/account/").status_code == 302


def test_the_sign_in_page_offers_it_only_where_there_is_one(provider, settings):
    with_it = Client().get("/login/").content.decode()
    settings.OIDC_ISSUER = ""
    without = Client().get("/login/").content.decode()

    assert "Our staff" in with_it
    assert "/login/sso/" not in without
