"""The parsed specification of a product, kept between requests: parsing costs more than reading."""

import json
from functools import lru_cache

from django.db.models import Prefetch, TextField
from django.db.models.functions import Cast

from devices.datapoints import Specification
from devices.models import Product

MOST_PRODUCTS = 1_000  # some 20 KB each when parsed
WRITTEN = "written"  # the stored list as text: what is only compared need not be read

NOTHING = Specification()


def specification(product: Product | None) -> Specification:
    """Return what a product promises; of no product, nothing is promised."""
    if product is None:
        return NOTHING
    text = product.__dict__.get(WRITTEN)
    return _parsed(json.dumps(product.items) if text is None else text)


def products() -> "Prefetch[str]":
    """Bring the products of a page of devices, their lists as text: a page shows fifty of them."""
    rows = Product.objects.defer("items").annotate(**{WRITTEN: Cast("items", TextField())})
    return Prefetch("product", rows)


@lru_cache(maxsize=MOST_PRODUCTS)
def _parsed(items: str) -> Specification:
    """Read the stored list; its whole text is the key, so that an edited product is never stale."""
    return Specification.parse(json.loads(items))
