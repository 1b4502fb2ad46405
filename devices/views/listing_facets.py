"""What there is to choose from in the device list, with counts: asked after the page, while open.

Each facet is counted under the tokens of the others: by the census of the whole fleet, where that
tells all they ask for, else among no more than `MOST_COUNTED` devices. Facets under the same tokens
are counted by one statement, tags by another; but by the same where words are looked for.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext as _

from devices import census, remembered, words
from devices.census import Alike
from devices.filters import Search
from devices.models import Device, Product
from devices.querysets import DeviceQuerySet
from devices.views.listing_address import Asked
from pages import badges

MOST_COUNTED = 10_000
MOST_SHOWN = 12  # choices of one facet; what is rarer is typed

# Devices alike in all three are one row of few hundred: counted once, added up for each facet.
# An index tells these three; of tags, which few devices have, the rows are read. Where words are
# looked for they are read anyway, and tell both.
ALIKE = """
SELECT CASE WHEN online THEN 'true' WHEN NOT online THEN 'false' ELSE 'unknown' END,
    category, coalesce(product_id, ''), count(*)
FROM ({rows}) found GROUP BY online, category, product_id
"""
ALIKE_AND_TAGGED = """
SELECT CASE WHEN online THEN 'true' WHEN NOT online THEN 'false' ELSE 'unknown' END,
    category, coalesce(product_id, ''), tags, count(*)
FROM ({rows}) found GROUP BY online, category, product_id, tags
"""
# With each how many devices were looked at: by its own tags alone one may be counted often.
TAGGED = """
WITH found AS MATERIALIZED ({rows})
SELECT tag, count(*), (SELECT count(*) FROM found) FROM found, unnest(tags) tag GROUP BY tag
"""
PLACES = {"online": 0, "category": 1, "product": 2}
SPELLED = {True: "true", False: "false", None: "unknown"}
# What the census can tell of devices that are alike, by what a token asks of them.
TOLD: dict[str, Callable[[Alike, Any], bool]] = {
    "online": lambda one, wanted: one.online is wanted,
    "category__in": lambda one, wanted: one.category in wanted,
    "product__in": lambda one, wanted: one.product in wanted,
}

Counts = dict[str, list[tuple[str, int]]]


class Counted(NamedTuple):
    """The values of every facet with how many have them; `cut` where not all were looked at."""

    values: Counts
    cut: bool


class Choice(NamedTuple):
    """One line; `line` is the search line that turns it on, or off when it is chosen."""

    words: str
    devices: int
    chosen: bool
    line: str


class Facet(NamedTuple):
    """One question with its answers; `more` when the rarest are left out.

    `room`: the lines it takes, answered or not, so that nothing below it moves.
    """

    key: str
    title: str
    choices: list[Choice]
    more: bool
    room: int


def shown(asked: Asked, language: str) -> dict[str, Any]:
    """Return the facets of the devices that the search line asks for, as the page takes them."""
    names = _product_names()
    said: Mapping[str, Callable[[str], str]] = {
        "online": _online,
        "category": lambda value: words.category_name(value, language),
        "product": lambda value: names.get(value) or value,
        "tag": str,
    }
    found = counted(asked.search)
    facets = [
        _facet(asked.search, empty, found.values[empty.key], said[empty.key]) for empty in awaited()
    ]
    return {"facets": facets, "facets_cut": MOST_COUNTED if found.cut else None}


def awaited() -> list[Facet]:
    """Return the facets before anything is counted for them: with room for what the fleet has."""
    alike = [one for one in census.taken().alike if one.state != Device.State.REMOVED]
    values: dict[str, set[Any]] = {
        "online": {one.online for one in alike},
        "category": {one.category for one in alike} - {""},
        "product": {one.product for one in alike} - {None},
        "tag": {tag for tag, *_counts in _tagged(Search("", ""))},
    }
    titles = {
        "online": _("State"),
        "category": _("Category"),
        "product": _("Product"),
        "tag": _("Tag"),
    }
    room = {key: min(len(found), MOST_SHOWN + 1) for key, found in values.items()}
    return [Facet(key, title, [], more=False, room=room[key]) for key, title in titles.items()]


def _facet(
    search: Search, empty: Facet, counts: list[tuple[str, int]], name: Callable[[str], str]
) -> Facet:
    key = empty.key
    others = search.leaving_out(key)
    chosen = {one.value for one in search.tokens if one.key == key}
    choices = [
        Choice(
            name(value),
            count,
            value in chosen,
            others.text if value in chosen else others.replacing(key, value),
        )
        for value, count in sorted(counts, key=lambda one: (one[0] not in chosen, -one[1], one[0]))
    ]
    more = len(choices) > MOST_SHOWN
    room = max(empty.room, len(choices[:MOST_SHOWN]) + more)
    return empty._replace(choices=choices[:MOST_SHOWN], more=more, room=room)


def counted(search: Search) -> Counted:
    """Return the values of every facet with their counts."""
    alike: dict[str, list[tuple[Any, ...]]] = {}
    found: Counts = {}
    cut = False
    for key, place in PLACES.items():
        others = search.leaving_out(key)
        rows = alike.get(others.text)
        if rows is None:
            rows = alike[others.text] = _alike(others)
            cut = cut or (_plain(others) is None and _looked_at(rows) >= MOST_COUNTED)
        sums: Counter[str] = Counter()
        for row in rows:
            sums[row[place]] += row[-1]
        found[key] = [(value, count) for value, count in sums.items() if value]
    others = search.leaving_out("tag")
    if others.words:
        tags = _worn(alike.get(others.text) or _alike(others))
    else:
        worn = _tagged(others)
        tags = [(tag, number) for tag, number, _looked_at in worn]
        cut = cut or any(looked_at >= MOST_COUNTED for _tag, _number, looked_at in worn)
    return Counted(found | {"tag": tags}, cut)


def _looked_at(rows: Sequence[tuple[Any, ...]]) -> int:
    return sum(row[-1] for row in rows)


def _worn(rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, int]]:
    """Return how many wear each tag, of rows that tell it."""
    tags: Counter[str] = Counter()
    for *_alike_in, worn, number in rows:
        tags.update(dict.fromkeys(worn, number))
    return list(tags.items())


def _alike(others: Search) -> list[tuple[Any, ...]]:
    """Return state, category and product of who fits, and how many are alike in these."""
    asked = _plain(others)
    if others.words:
        return _count(ALIKE_AND_TAGGED, _read(others), "online", "category", "product_id", "tags")
    if asked is None:
        return _count(ALIKE, _read(others), "online", "category", "product_id")
    return [
        (SPELLED[one.online], one.category, one.product or "", one.number)
        for one in census.taken().alike
        if one.state != Device.State.REMOVED
        and not one.retired
        and all(TOLD[name](one, wanted) for name, wanted in asked)
    ]


def _plain(others: Search) -> list[tuple[str, Any]] | None:
    """Return what is asked for, where the census tells all of it."""
    if others.words or any(one.key not in PLACES for one in others.tokens):
        return None
    return [cast("tuple[str, Any]", one) for asked in others.conditions for one in asked.children]


def _tagged(others: Search) -> list[tuple[Any, ...]]:
    """Return each tag, how many wear it, and how many devices were looked at for all of them."""
    rows = _read(others).exclude(tags=[])
    if not others.is_empty:
        return _count(TAGGED, rows, "tags")
    return remembered.figure(
        "tags",
        lambda: _count(TAGGED, rows, "tags"),
        lambda _found: census.whole(census.by_category()).total,
    )


def _read(others: Search) -> DeviceQuerySet:
    return others.apply(Device.objects.order_by())


def _count(words: str, rows: DeviceQuerySet, *columns: str) -> list[tuple[Any, ...]]:
    """Return what `words` counts of these columns."""
    try:
        sql, params = rows.values(*columns)[:MOST_COUNTED].query.sql_with_params()
    except EmptyResultSet:  # no product is called so: nobody can match
        return []
    with connection.cursor() as cursor:
        cursor.execute(words.format(rows=sql), params)
        return list(cursor.fetchall())


def _online(value: str) -> str:
    return str(badges.badge({"true": "online", "false": "offline"}.get(value, value)).word)


def _product_names() -> dict[str, Any]:
    return dict(Product.objects.order_by().values_list("product_id", "name"))
