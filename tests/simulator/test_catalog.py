"""The built-in products hold what they promise."""

import base64

from simulator.catalog import PRODUCTS
from simulator.chance import dice
from simulator.values import bounds, first_value, fits, next_value, phase


def test_there_are_forty_products_over_twenty_categories():
    assert len(PRODUCTS) >= 40
    assert len({product.category for product in PRODUCTS}) >= 20
    assert len({product.pid for product in PRODUCTS}) == len(PRODUCTS)


def test_every_kind_of_value_occurs():
    kinds = {point.kind for product in PRODUCTS for point in product.points}

    assert kinds == {"Boolean", "Integer", "Enum", "String", "Json", "Raw", "Bitmap"}
    assert any(product.gateway for product in PRODUCTS[:5])
    assert any(point.sums for product in PRODUCTS for point in product.points)


def test_no_product_names_a_point_twice():
    for product in PRODUCTS:
        assert len({point.code for point in product.points}) == len(product.points), product.pid
        assert len({point.dp_id for point in product.points}) == len(product.points), product.pid


def test_ordinary_values_keep_to_their_specification_and_reports_change_them():
    source = dice("test")
    for product in PRODUCTS:
        for point in product.points:
            value = first_value(point, source)
            for _ in range(30):
                assert fits(point, value), (product.pid, point.code, value)
                before, value = value, next_value(point, value, source)
                assert value != before or point.kind != "Integer" or point.sums
            assert point.usual is None or bounds(point)[0] <= point.usual[0] <= point.usual[1]


def test_a_phase_is_eight_bytes_of_voltage_current_and_power():
    packed = base64.b64decode(phase(2301, 1500, 345))

    assert packed == bytes.fromhex("08fd0005dc000159")
