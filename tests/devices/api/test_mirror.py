"""Devices as the database writes them: what is kept exactly, and where a picture is looked for."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from devices.api import mirror
from devices.models import Device
from tests.devices.api import made

pytestmark = pytest.mark.django_db


def shown(**given):
    made.device(**given)
    return mirror.read(mirror.rows(Device.objects.all()))[0]


@pytest.mark.parametrize(
    ("base", "icon", "wanted"),
    [
        ("https://openapi.tuyacn.com", "smart/a.png", "https://images.tuyacn.com/smart/a.png"),
        ("https://openapi.tuyaeu.com", "/smart/a.png", "https://images.tuyaeu.com/smart/a.png"),
        ("http://127.0.0.1:9090", "smart/a.png", ""),
        ("http://localhost:9090", "smart/a.png", ""),
        ("https://openapi.tuyacn.com", "", ""),
        ("https://openapi.tuyacn.com", "https://elsewhere.cn/a.png", "https://elsewhere.cn/a.png"),
    ],
)
def test_a_picture_is_looked_for_where_the_data_center_keeps_its_own(settings, base, icon, wanted):
    settings.TUYA_BASE_URL = base

    assert shown(icon=icon)["icon_url"] == wanted


def test_no_text_of_a_device_passes_for_json():
    tricky = {
        "name": '","category_name":null,"x":"\\',
        "note": '%s {d} \u2028 \x7f 客厅 "category_name":null',
        "tags": ['"category_name":null'],
        "status": {"category_name": None, "raw": '"category_name":null'},
    }

    row = shown(**tricky)

    assert {name: row[name] for name in tricky} == tricky
    assert row["category_name"] == "socket"


def test_a_category_is_named_in_the_language_of_the_caller():
    made.device(category="cz")
    made.device(category="never-heard-of")

    with translation.override("zh-hans"):
        rows = mirror.read(mirror.rows(Device.objects.order_by("pk")))

    assert [row["category_name"] for row in rows] == ["插座", "never-heard-of"]


def test_times_are_cut_to_milliseconds_and_numbers_are_those_of_the_cloud():
    at = datetime(2026, 11, 20, 8, 0, 0, 120_999, tzinfo=UTC)
    said = {"big": 12345678901234567890123, "float": 21.50, "small": 1e-7, "off": False}

    row = shown(active_at=at, updated_at=at.replace(microsecond=0), status=said)

    assert row["active_at"] == "2026-11-20T08:00:00.120Z"
    assert row["updated_at"] == "2026-11-20T08:00:00.000Z"
    assert row["status"] == said
