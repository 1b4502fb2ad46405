"""The parsed specification of a product, kept between requests: parsing costs more than reading."""

import json
from collections.abc import Iterable
from functools import lru_cache

from django.db import connection
from django.db.models import Prefetch, TextField
from django.db.models.functions import Cast

from devices.datapoints import Specification
from devices.models import Device, LogEntry, Product
from devices.querysets import LogQuerySet

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


# Long, or locked away: nothing that tells of an event reads it.
HEAVY = ("device__status", "device__stamps", "device__local_key", "device__product__items")


def with_devices(rows: LogQuerySet, most: int) -> list[LogEntry]:
    """Read the first rows with devices and products: one query, the products' lists as text."""
    told = {WRITTEN: Cast("device__product__items", TextField())}
    found = rows.select_related("device__product").defer(*HEAVY).annotate(**told)[:most]
    for row in found:
        if row.device.product:
            vars(row.device.product)[WRITTEN] = getattr(row, WRITTEN)
    return list(found)


# A list of devices asks it at every turn: written out, it costs a third of Django's way to ask.
READ = ("product_id", "name", "category", WRITTEN)
PRODUCTS = """
SELECT product_id, name, category, items::text FROM devices_product WHERE product_id = ANY(%s)
"""


def bring(devices: Iterable[Device]) -> None:
    """Give devices their products, as `products` does: one query for those who have none yet."""
    field = Device._meta.get_field("product")  # noqa: SLF001  Django's own way to a field
    bare = [one for one in devices if one.product_id and not field.is_cached(one)]
    if not bare:
        return
    with connection.cursor() as cursor:
        cursor.execute(PRODUCTS, [list({one.product_id for one in bare})])
        found = {row[0]: Product.from_db("default", READ, row) for row in cursor.fetchall()}
    for one in bare:
        field.set_cached_value(one, found[one.product_id])


@lru_cache(maxsize=MOST_PRODUCTS)
def _parsed(items: str) -> Specification:
    """Read the stored list; its whole text is the key, so that an edited product is never stale."""
    return Specification.parse(json.loads(items))
