"""Real products, where a file of them is at hand: each of their values is shown or flagged."""

import base64
import json
import math
import os
from pathlib import Path

import pytest

from devices.datapoints import Specification

NEARBY = Path(__file__).parents[3] / "shared" / "payloads" / "products.json"
FILE = Path(os.environ.get("FLEET_PRODUCTS", NEARBY))
GARBAGE = [None, True, -1, 10**30, 0.5, "###", "\0", "", [], {"h": "x"}, "x" * 5000]

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="No file of real products: name one in FLEET_PRODUCTS."
)


@pytest.fixture(scope="module")
def products():
    return json.loads(FILE.read_text(encoding="utf-8"))["products"]


def specified(product, *, as_text):
    """Return the product's data points as the cloud would send them."""
    keys = ("dp_id", "code", "type", "access", "name", "values")
    items = [dict(zip(keys, row, strict=True)) for row in product["dps"]]
    if as_text:
        items = [item | {"values": json.dumps(item["values"])} for item in items]
    return Specification.parse(items)


def allowed(kind, values):
    """Return values that this data point may have, its extremes among them."""
    longest = int(values.get("maxlen", 1))
    bits = max(len(values.get("label", [])), longest) if kind == "bitmap" else 0
    ends = float(values.get("min", 0)), float(values.get("max", 0))
    return {
        "boolean": [True, False],
        "bool": [True, False],
        "integer": [math.ceil(ends[0]), math.floor(ends[1])],
        "value": [math.ceil(ends[0]), math.floor(ends[1])],
        "enum": values.get("range", []),
        "string": ["", "a" * longest],
        "json": ["", "{}"],
        "raw": ["", base64.b64encode(bytes(8)).decode()],
        "bitmap": [0, 1, (1 << bits) - 1] if bits else [0],
    }[kind]


def keeps_its_promise(kind, values, raw):
    """Judge an observed value by the specification alone; None where that takes decoding."""
    if kind == "enum":
        return raw in values["range"]
    if kind in {"integer", "value"}:
        return float(values["min"]) <= raw <= float(values["max"])
    return True if kind in {"boolean", "bool"} else None


@pytest.mark.parametrize("as_text", [True, False])
def test_every_allowed_value_of_every_product_is_shown_as_valid(products, as_text):
    read = 0
    for product in products:
        specification = specified(product, as_text=as_text)
        for _, code, kind, _, _, values in product["dps"]:
            for raw in allowed(kind.lower(), values):
                reading = specification.read(code, raw)
                assert (reading.problem, reading.raw) == ("", raw), (product["pid"], code)
                assert reading.text
                assert reading.name
                assert reading.kind != "unknown"
                read += 1

    assert read > len(products)


def test_every_observed_value_is_shown_and_flagged_only_when_it_breaks_its_promise(products):
    observed = [product for product in products if product["status"]]

    for product in observed:
        specification = specified(product, as_text=True)
        rules = {row[1]: (row[2].lower(), row[5]) for row in product["dps"]}
        for code, raw in product["status"].items():
            reading = specification.read(code, raw)
            assert reading.text
            assert reading.raw == raw
            promised = keeps_its_promise(*rules[code], raw) if code in rules else True
            assert promised in {reading.valid, None}, (product["pid"], code, reading.problem)

    assert observed


def test_garbage_is_kept_and_flagged_and_never_a_crash(products):
    flagged = 0
    for product in products:
        specification = specified(product, as_text=False)
        for definition in specification:
            for raw in GARBAGE:
                reading = specification.read(definition.code, raw)
                assert reading.raw is raw
                assert reading.text
                assert reading.valid == (not reading.problem)
                flagged += not reading.valid
            assert not specification.read(definition.code, None).valid

    assert flagged > len(products)


def test_a_value_survives_the_way_through_a_log(products):
    for product in products:
        specification = specified(product, as_text=False)
        for _, code, kind, _, _, values in product["dps"]:
            for raw in allowed(kind.lower(), values):
                as_logged = raw if isinstance(raw, str) else json.dumps(raw)
                cast = specification.cast(code, as_logged)
                assert (type(cast), cast) == (type(raw), raw)
