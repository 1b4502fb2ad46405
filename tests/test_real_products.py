"""Fleet with 500 devices of real products, where a file of them is at hand.

Sync, specifications, logs, and for a device of each product every page and every REST answer.
"""

import os
from pathlib import Path

import pytest
from django.utils import timezone

from devices import harvest, sync
from devices.models import Device, Product
from people.roles import Role
from reporting.models import Cell
from tests.devices.views import scene
from tests.people import persons

NEARBY = Path(__file__).parents[2] / "shared" / "payloads" / "products.json"
FILE = Path(os.environ.get("FLEET_PRODUCTS", NEARBY))
DEVICES = 500
SAMPLE = 25  # devices whose logs are read
TABS = ("history", "events", "sub-devices", "delivery", "operations", "factory")
CALLS = ("logs", "coverage", "sub-devices", "factory-info", "delivery")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not FILE.is_file(), reason="No file of real products: name one in FLEET_PRODUCTS."
    ),
]


@pytest.fixture
def fleet(start_cloud):
    """500 devices of real products with a lively past of an hour, mirrored with their logs."""
    cloud = start_cloud(devices=DEVICES, products=str(FILE), activity=3.0, days=0.1)
    while not Product.objects.exists() or Product.objects.filter(specified_at=None).exists():
        before = Product.objects.filter(specified_at=None).count()
        run = sync.sync(timezone.now(), force=True)
        assert (run.outcome, run.error, run.seen) == ("complete", "", DEVICES)
        assert Product.objects.filter(specified_at=None).count() != before, "they are read in turns"
    read = harvest.harvest(timezone.now(), force=True, most=SAMPLE)
    assert (read.outcome, read.error, read.seen) == ("complete", "", SAMPLE)
    return cloud


def answers(client, addresses):
    """The addresses that do not answer well, with what they answer instead."""
    bad = {}
    for address in addresses:
        answer = client.get(address)
        if answer.status_code != 200:
            bad[address] = answer.status_code
    return bad


def test_a_fleet_of_real_products_is_mirrored_shown_and_answered_for(fleet):
    """One test for all of it: the fleet is dear to make."""
    browser, api = scene.client(Role.ADMIN), persons.api(Role.VIEWER)
    devices = list(Device.objects.order_by("pk"))
    told = {one.id: set(one.status) for one in fleet.world.present()}
    ids = list({device.product_id: device.device_id for device in devices}.values())
    busy = [device.device_id for device in devices if device.log.exists()]

    assert {device.device_id: set(device.status) for device in devices} == told
    assert (len(busy) > SAMPLE // 2, Cell.objects.exists()) == (True, True)
    assert {one: shown(api, one) for one in ids} == {one: told[one] for one in ids}
    assert answers(browser, [f"/devices/{one}/" for one in ids]) == {}
    assert answers(api, [f"/api/v1/devices/{one}/" for one in ids]) == {}
    assert answers(browser, ["/", "/devices/", "/logs/", "/operations/", "/cloud/"]) == {}
    assert answers(browser, [f"/devices/{one}/{tab}/" for one in busy for tab in TABS]) == {}
    assert answers(api, ["/api/v1/devices/?page_size=500", "/api/v1/logs/?page_size=500"]) == {}
    assert answers(api, [f"/api/v1/devices/{one}/{call}/" for one in busy for call in CALLS]) == {}
    assert answers(api, [series(one) for one in devices if one.device_id in busy]) == {}


def shown(api, device_id):
    """The codes whose values are shown, by their specification or flagged."""
    values = api.get(f"/api/v1/devices/{device_id}/status/").json()
    return {one["code"] for one in (values["results"] if isinstance(values, dict) else values)}


def series(device):
    logged = device.log.exclude(code="").values_list("code", flat=True)
    code = logged.first() or min(device.status)
    return f"/api/v1/devices/{device.device_id}/history/?code={code}"
