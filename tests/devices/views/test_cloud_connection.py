"""The button that tests the connection: it asks the cloud now and says in words how it went."""

import pytest

from people.roles import Role
from tests.devices.views import scene

pytestmark = pytest.mark.django_db(transaction=True)


def words(answer):
    """The messages that the next page shows."""
    return [str(message) for message in answer.context["messages"]]


def test_a_cloud_that_answers_is_told_with_distance_and_clock(cloud):
    answer = scene.client(Role.OPERATOR).post("/cloud/test/", follow=True)

    [told] = words(answer)
    assert told.startswith("The cloud answered in ")
    assert [call.path for call in cloud.calls] == ["/v1.0/token"]


def test_a_wrong_secret_is_told_with_code_meaning_and_next_step(cloud, settings):
    settings.TUYA_CLIENT_SECRET = "0" * 32

    [told] = words(scene.client(Role.OPERATOR).post("/cloud/test/", follow=True))

    assert "1004" in told
    assert "TUYA_CLIENT_SECRET" in told


def test_a_cloud_that_is_not_there_is_told_as_that(cloud, settings):
    settings.TUYA_BASE_URL = "http://127.0.0.1:9"

    [told] = words(scene.client(Role.OPERATOR).post("/cloud/test/", follow=True))

    assert "no connection to the device cloud" in told


def test_a_viewer_may_not_make_calls(cloud):
    assert scene.client(Role.VIEWER).post("/cloud/test/").status_code == 403
    assert cloud.calls == []
