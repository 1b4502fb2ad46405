"""What there is to choose from in the device list, with counts: asked only while it is open.

Each facet is counted under the tokens of the others, among no more than `MOST_COUNTED` devices.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from devices import words
from devices.filters import Search
from devices.models import Device, Product
from devices.querysets import DeviceQuerySet
from devices.views.listing_address import Asked
from pages import badges

MOST_COUNTED = 10_000
MOST_SHOWN = 12  # choices of one facet; what is rarer is typed

TAGS = "SELECT tag, count(*) FROM ({rows}) found, unnest(tags) tag GROUP BY tag"


class Choice(NamedTuple):
    """One line; `line` is the search line that turns it on, or off when it is chosen."""

    words: str
    devices: int
    chosen: bool
    line: str


class Facet(NamedTuple):
    """One question with its answers; `more` when the rarest are left out."""

    key: str
    title: str
    choices: list[Choice]
    more: bool


def shown(asked: Asked, language: str) -> list[Facet]:
    """Return the facets of the devices that the search line asks for."""
    search = asked.search
    return [
        _facet(search, "online", _("State"), _column("online"), _online),
        _facet(
            search,
            "category",
            _("Category"),
            _column("category"),
            lambda value: words.category_name(value, language),
        ),
        _facet(search, "product", _("Product"), _column("product_id"), _product_names()),
        _facet(search, "tag", _("Tag"), _tags, str),
    ]


def _facet(
    search: Search,
    key: str,
    title: str,
    counted: Callable[[DeviceQuerySet], list[tuple[Any, int]]],
    name: Callable[[Any], str],
) -> Facet:
    others = search.leaving_out(key)
    chosen = {one.value for one in search.tokens if one.key == key}
    found = [
        (_spelled(value), count) for value, count in counted(others.apply(_any())) if value != ""
    ]
    found.sort(key=lambda one: (one[0] not in chosen, -one[1], one[0]))
    choices = [
        Choice(
            name(value),
            count,
            value in chosen,
            others.text if value in chosen else others.replacing(key, value),
        )
        for value, count in found
    ]
    return Facet(key, title, choices[:MOST_SHOWN], len(choices) > MOST_SHOWN)


def _any() -> DeviceQuerySet:
    return Device.objects.order_by()


def _spelled(value: Any) -> str:
    """Return a value as a token has it."""
    return {True: "true", False: "false", None: "unknown"}.get(value, str(value))


def _column(field: str) -> Callable[[DeviceQuerySet], list[tuple[Any, int]]]:
    def counted(found: DeviceQuerySet) -> list[tuple[Any, int]]:
        some = Device.objects.filter(pk__in=found.values("pk")[:MOST_COUNTED])
        rows = some.order_by().values_list(field).annotate(n=Count("pk"))
        return [(value, count) for value, count in rows if field == "online" or value]

    return counted


def _tags(found: DeviceQuerySet) -> list[tuple[Any, int]]:
    some = found.exclude(tags=[]).values("tags")[:MOST_COUNTED]
    sql, params = some.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(TAGS.format(rows=sql), params)
        return list(cursor.fetchall())


def _online(value: str) -> str:
    state = {"true": "online", "false": "offline"}.get(value, "unknown")
    return str(badges.badge(state).word)


def _product_names() -> Callable[[str], str]:
    names = dict(Product.objects.values_list("product_id", "name"))
    return lambda product_id: names.get(product_id) or product_id
