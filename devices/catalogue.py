"""What a run knows of products: each is met once, and its meaning read once, not once a page.

Kept for one run only: what another process learns meanwhile is seen by the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reporting.letters import SpecItem

from .events import clean
from .models import Product
from .tuya.wire import Device as Reported

Meaning = dict[str, SpecItem]


def meaning_of(items: Iterable[Mapping[str, Any]]) -> Meaning:
    """Return a product's items in the form that letters carry."""
    return {item["code"]: SpecItem(item["type"], item["values"]) for item in items}


def product_of(report: Reported) -> str:
    """Return the product's id as it is kept; empty where the report names none."""
    return clean(report.product_id)[:64] if report.product_id else ""


class Catalogue:
    """The products that a run met."""

    def __init__(self) -> None:
        self._met: set[str] = set()
        self._meanings: dict[str, Meaning] = {}

    def meet(self, reports: Iterable[Reported]) -> None:
        """Make sure that there is a row for every product named; to be called outside transactions.

        One that a rolled back transaction took along would be missing later.
        """
        named = {product_of(one): one for one in reports if one.product_id}
        new = sorted(named.keys() - self._met)
        if not new:
            return
        rows = [
            Product(
                product_id=product_id,
                name=clean(named[product_id].product_name)[:255],
                category=clean(named[product_id].category)[:32],
            )
            for product_id in new
        ]
        Product.objects.bulk_create(rows, ignore_conflicts=True)
        self._met |= set(new)

    def learn(self, product_ids: Iterable[str | None]) -> None:
        """Read what is known by now of products that had no meaning yet."""
        unknown = {one for one in product_ids if one} - self._meanings.keys()
        if not unknown:
            return
        described = Product.objects.filter(pk__in=unknown, specification_tried_at__isnull=False)
        for product_id, items in described.values_list("pk", "items"):
            self._meanings[product_id] = meaning_of(items)

    def meaning(self, product_id: str | None) -> Meaning | None:
        """Return what a product's codes mean; None: nobody has asked yet, so nothing is told.

        A product without a readable specification means nothing, and that is known.
        """
        return self._meanings.get(product_id) if product_id else {}

    def undescribed(self, reports: Sequence[Reported]) -> dict[str, str]:
        """Name the products of a page that have no meaning yet, each with one of its devices."""
        self.learn(product_of(one) for one in reports)
        named = {product_of(one): one.id for one in reversed(reports) if one.product_id}
        return {name: named[name] for name in sorted(named) if self.meaning(name) is None}
