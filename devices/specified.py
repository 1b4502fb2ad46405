"""The parsed specification of a product, kept between requests: parsing costs more than reading."""

import json
from functools import lru_cache

from devices.datapoints import Specification
from devices.models import Product

MOST_PRODUCTS = 1_000  # some 20 KB each when parsed

NOTHING = Specification()


def specification(product: Product | None) -> Specification:
    """Return what a product promises; of no product, nothing is promised."""
    return _parsed(json.dumps(product.items)) if product else NOTHING


@lru_cache(maxsize=MOST_PRODUCTS)
def _parsed(items: str) -> Specification:
    """Read the stored list; its whole text is the key, so that an edited product is never stale."""
    return Specification.parse(json.loads(items))
