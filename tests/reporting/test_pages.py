import pytest
from django.test import Client

from people import groups
from people.roles import Role
from reporting import forwarder, sinks
from reporting.models import Report, Sink, Unmapped

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role(django_user_model):
    def client(role):
        user = django_user_model.objects.create_user(f"a-{role}", password="x")
        groups.give(user, role)
        browser = Client()
        browser.force_login(user)
        return browser

    return client


@pytest.fixture
def viewer(as_role):
    return as_role(Role.VIEWER)


@pytest.fixture
def operator(as_role):
    return as_role(Role.OPERATOR)


def text(client, path="", **headers):
    answer = client.get(f"/delivery/{path}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_is_asked_to_sign_in():
    answer = Client().get("/delivery/")

    assert (answer.status_code, answer.url) == (302, "/login/?next=/delivery/")


@pytest.mark.parametrize("action", ["pause", "resume", "resync", "retry"])
def test_a_viewer_sees_no_buttons_and_may_press_none(viewer, action):
    assert f"/delivery/{action}/" not in text(viewer)

    assert viewer.post(f"/delivery/{action}/").status_code == 403


def test_the_page_shows_what_waits_and_what_ush_knows(viewer, office, sim):
    office.switch("plug1", on=True)
    forwarder.drain(office.desk)
    office.switch("plug1", on=False)

    page = text(viewer)

    assert all(word in page for word in ("plug1", "PowerState", "OFF", "ON"))


def test_an_empty_delivery_says_so(viewer):
    assert "Nothing here" in text(viewer)
    assert "Nothing was sent" in text(viewer, "?show=reports")


def test_what_is_stuck_is_found_with_its_reason(viewer, office, sim):
    sim.trouble("ush_poisoned", device="plug1")
    office.switch("plug0", "plug1")
    forwarder.drain(office.desk)

    page = text(viewer, "?lane=quarantine")

    assert "DEVICE_NOT_FOUND" in page
    assert "<code>plug1</code>" in page
    assert "<code>plug0</code>" not in page


def test_a_value_without_a_word_is_listed_with_its_devices(viewer, now):
    Unmapped.objects.create(
        device_key="ac1",
        code="mode",
        value="eco",
        reason="unknown_value",
        first_seen_at=now,
        last_seen_at=now,
    )

    page = text(viewer)

    assert "mode=eco" in page
    assert "USH has no word for this value" in page


def test_a_report_shows_request_and_answer(viewer, office, sim):
    office.switch("<b>plug</b>")
    forwarder.drain(office.desk)

    listed = text(viewer, "?show=reports")
    pk = Report.objects.get().pk
    page = text(viewer, f"reports/{pk}/")

    assert f"/delivery/reports/{pk}/" in listed
    assert "&lt;b&gt;plug&lt;/b&gt;" in page
    assert "&quot;code&quot;: &quot;200&quot;" in page


def test_a_parked_road_says_why_and_offers_to_try_now(operator, office, sim):
    sim.trouble("ush_http", status=404)
    office.switch("plug1")
    forwarder.drain(office.desk)
    Sink.objects.update(next_try_at=None)

    page = text(operator)

    assert "Try now" in page
    assert "HTTP 404" in page


def test_buttons_pause_and_resume(operator):
    operator.post("/delivery/pause/", {"reason": "USH moves"})
    assert sinks.ensure().paused_reason == "USH moves"
    assert "paused by a-operator: USH moves" in text(operator)

    operator.post("/delivery/resume/")

    assert sinks.ensure().paused is False


def test_a_button_tells_everything_again(operator, office, sim):
    office.switch("plug1")
    forwarder.drain(office.desk)

    answer = operator.post("/delivery/resync/", follow=True)

    assert "1 property will be sent." in answer.content.decode()


def test_an_unknown_action_is_not_found(operator):
    assert operator.post("/delivery/nonsense/").status_code == 404
    assert operator.get("/delivery/pause/").status_code == 405


def test_an_open_page_fetches_only_its_part(viewer, office):
    office.switch("plug1")

    part = text(viewer, "", **{"HX-Request": "true", "HX-Target": "delivery-cells"})

    assert part.lstrip().startswith('<div id="delivery-cells"')
    assert "<html" not in part


@pytest.mark.parametrize("show", ["cells", "reports"])
def test_fifty_rows_cost_the_queries_of_one(
    viewer, make_office, show, django_assert_max_num_queries
):
    office = make_office(max_devices=1)
    office.switch("plug0")
    forwarder.drain(office.desk)
    text(viewer)

    with django_assert_max_num_queries(17) as one:
        text(viewer, f"?show={show}")
    office.switch(*[f"plug{n}" for n in range(1, 50)])
    forwarder.drain(office.desk)
    with django_assert_max_num_queries(17) as fifty:
        text(viewer, f"?show={show}")

    assert len(one) == len(fifty)


@pytest.mark.parametrize(
    "path", ["?cursor=x", "?state=%00", "?device=%00", "?size=x", "?outcome=%27"]
)
def test_nonsense_in_the_address_harms_nothing(viewer, path):
    text(viewer, path)
    text(viewer, path + "&show=reports")
