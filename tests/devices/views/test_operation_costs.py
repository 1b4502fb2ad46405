"""What pages of orders cost: fifty rows the queries of one."""

import pytest
import time_machine

from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON

pytestmark = pytest.mark.django_db

NEW = "/operations/new/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("count", [1, 50])
def test_fifty_operations_cost_the_queries_of_one(count, django_assert_num_queries):
    browser = scene.client(Role.MANAGER)
    for _number in range(count):
        scene.operation(browser.user, "confirmed", "refused", state="finished")

    # session, user with rights, operations, their outcomes, how many wait for me,
    # whether the account is parked
    with django_assert_num_queries(6):
        browser.get("/operations/")


@pytest.mark.parametrize("count", [1, 50])
def test_fifty_results_cost_the_queries_of_one(count, django_assert_num_queries):
    browser = scene.client(Role.MANAGER)
    made = scene.operation(browser.user, *["refused"] * count, state="finished")
    made.items.update(vendor_code=2009)

    # session, user with rights, the operation, its outcomes, results with their
    # devices, whether the account is parked
    with django_assert_num_queries(6):
        browser.get(f"/operations/{made.pk}/")


@pytest.mark.parametrize("count", [1, 50])
def test_a_preview_of_fifty_devices_costs_the_queries_of_one(count, django_assert_num_queries):
    scene.devices(count)
    browser = scene.client(Role.MANAGER)
    query = "&".join(f"device=bf{number:04d}" for number in range(count))

    # session, user with rights, devices, their open orders, their sub-devices,
    # devices with their products, whether the account is parked
    with django_assert_num_queries(7):
        browser.get(f"{NEW}?kind=factory_reset&{query}")
