"""The address of a product's picture: on the data center's image host, or none."""

import pytest

from devices.api.rows import icon_url


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

    assert icon_url(icon) == wanted
