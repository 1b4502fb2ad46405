import pytest
from django.test import Client

from people.roles import Role
from tests.people import persons

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.addresses")]


def signed_in(role):
    client = Client()
    client.force_login(persons.user(role))
    return client


@pytest.mark.parametrize("address", ["/browse/?q=1", "/reset/3/", "/stream/"])
def test_who_is_not_signed_in_goes_to_sign_in_and_comes_back(address):
    answer = Client().get(address)

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/login/?next=" + address.replace("?", "%3F").replace("=", "%3D"),
    )


def test_a_part_of_an_open_page_sends_the_whole_page_to_sign_in():
    answer = Client().get(
        "/browse/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/logs/?code=a"
    )

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        401,
        "/login/?next=/logs/%3Fcode%3Da",
    )


def test_who_lacks_the_right_reads_which_role_holds_it():
    answer = signed_in(Role.OPERATOR).get("/reset/3/")

    assert answer.status_code == 403
    assert "it takes the role manager or higher" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "said"), [("/browse/", "list"), ("/reset/3/", "reset 3"), ("/stream/", "stream")]
)
def test_who_holds_the_right_comes_in(address, said):
    answer = signed_in(Role.MANAGER).get(address)

    assert (answer.status_code, answer.content.decode()) == (200, said)


def test_signing_in_leads_to_the_page_that_was_asked_for():
    user = persons.user(Role.VIEWER, "ann")
    user.set_password("right horse")
    user.save()
    client = Client()

    page = client.get("/login/?next=/browse/").content.decode()
    answer = client.post(
        "/login/", {"username": "ann", "password": "right horse", "next": "/browse/"}
    )

    assert '<input type="hidden" name="next" value="/browse/">' in page
    assert (answer.status_code, answer.headers["Location"]) == (302, "/browse/")
    assert client.get("/browse/").content == b"list"


def test_signing_in_never_leads_to_another_site():
    user = persons.user(Role.VIEWER, "ann")
    user.set_password("right horse")
    user.save()

    answer = Client().post(
        "/login/", {"username": "ann", "password": "right horse", "next": "https://evil.test/"}
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_wrong_password_is_said_in_words_and_not_shown_again():
    answer = Client().post("/login/", {"username": "ann", "password": "guessed-it"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Please enter a correct username and password" in page
    assert "guessed-it" not in page


def test_signing_out_takes_a_post_and_ends_the_session():
    client = signed_in(Role.VIEWER)

    refused, done = client.get("/logout/"), client.post("/logout/")

    assert (refused.status_code, done.status_code, done.headers["Location"]) == (
        405,
        302,
        "/login/",
    )
    assert client.get("/browse/").status_code == 302
