"""What may follow in the search line of the device list, while somebody types it.

Answers whole tokens with their meaning; reads small tables or a bounded part of large ones.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from devices import census, filters, remembered, words
from devices.models import Product
from devices.specified import specification
from people.gates import require
from people.rights import Right

MOST = 12
MOST_READ = 10_000  # tagged devices that are looked at
MOST_GATEWAYS = 2_000
LONGEST = 200

MEANINGS: dict[str, str | Promise] = {
    "online": _("online, offline or unknown"),
    "category": _("kind of device"),
    "product": _("product, by id or part of its name"),
    "gateway": _("behind this gateway"),
    "sub": _("hangs behind a gateway"),
    "tag": _("carries this tag"),
    "seen": _("last event, younger or older than"),
    "dp": _("value of a data point"),
    "state": _("listed by the cloud, missing or removed"),
    "name": _("name, whole or a part"),
    "id": _("part of the device id"),
    "operation": _("something was asked of it"),
    "ush": _("how it stands with USH"),
    "retired": _("staff retired it"),
}
AGES = {
    "<1h": _("in the last hour"),
    "<24h": _("in the last day"),
    ">24h": _("not for a day"),
    ">7d": _("not for a week"),
}
TRUTHS = {"true": _("yes"), "false": _("no")}
STATES = {
    "present": _("the cloud lists it"),
    "missing": _("the cloud lists it no more"),
    "removed": _("it left"),
    "all": _("removed ones, too"),
}
TAGS = """
    SELECT tag, count(*) FROM (
        SELECT tags FROM devices_device WHERE tags <> '{}' LIMIT %s
    ) found, unnest(tags) tag
    WHERE starts_with(lower(tag), lower(%s)) GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s
"""
# Steps from one gateway to the next in the index: who has none is not looked at.
GATEWAYS = """
    WITH RECURSIVE one AS (
        (SELECT gateway_id FROM devices_device WHERE gateway_id > '' ORDER BY gateway_id LIMIT 1)
        UNION ALL
        SELECT (SELECT gateway_id FROM devices_device WHERE gateway_id > one.gateway_id
            ORDER BY gateway_id LIMIT 1)
        FROM one WHERE one.gateway_id IS NOT NULL
    ), found AS (SELECT gateway_id FROM one WHERE gateway_id IS NOT NULL LIMIT %s)
    SELECT device_id, name FROM found JOIN devices_device ON device_id = found.gateway_id
    ORDER BY name, device_id
"""


class Suggestion(NamedTuple):
    """A token as it is put into the line, and what it means; `open` when more must follow."""

    text: str
    words: str
    open: bool = False


@require_GET
@require(Right.BROWSE)
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer `?part=`, the word at the caret, with the tokens that it may become."""
    part = request.GET.get("part", "").replace("\0", "")[:LONGEST]
    found = suggestions(part, get_language() or "en")
    answer = JsonResponse({"suggestions": [one._asdict() for one in found]})
    answer["Cache-Control"] = "private, no-store"
    return answer


def suggestions(part: str, language: str) -> list[Suggestion]:
    """Return what the word may become: keys first, then the values of the key."""
    key, colon, value = part.partition(":")
    if not colon:
        return [
            Suggestion(f"{name}:", str(MEANINGS.get(name, "")), open=True)
            for name in filters.KEYS
            if name.startswith(key.lower())
        ][:MOST]
    values = VALUES.get(key)
    found = values(value.strip('"'), language) if values else ()
    return [
        Suggestion(
            f"{key}:{text}" if text.endswith("=") else filters.spelled(key, text),
            str(meaning),
            open=text.endswith("="),
        )
        for text, meaning in found
    ][:MOST]


Found = Iterable[tuple[str, "str | Promise"]]


def _of(choices: dict[str, str | Promise]) -> Callable[[str, str], Found]:
    return lambda typed, _language: [one for one in choices.items() if one[0].startswith(typed)]


def _categories(typed: str, language: str) -> Found:
    """By the vendor's letters or by the name in the reader's language."""
    for tally in census.by_category():
        name = words.category_name(tally.category, language)
        fits = tally.category.startswith(typed) or typed.lower() in name.lower()
        if tally.category and tally.total and fits:
            yield tally.category, f"{name} · {tally.total}"


def _products(typed: str, _language: str) -> Found:
    found = Product.objects.filter(name__icontains=typed) | Product.objects.filter(
        product_id__startswith=typed
    )
    return list(found.order_by("name").values_list("product_id", "name")[:MOST])


def _tags(typed: str, _language: str) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(TAGS, [MOST_READ, typed, MOST])
        return [(tag, str(count)) for tag, count in cursor.fetchall()]


def _gateways(typed: str, _language: str) -> Found:
    known = remembered.figure(
        "gateways", _known_gateways, lambda _found: census.whole(census.by_category()).total
    )
    fits = (one for one in known if one[0].startswith(typed) or typed.lower() in one[1].lower())
    return list(islice(fits, MOST))


def _known_gateways() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(GATEWAYS, [MOST_GATEWAYS])
        return list(cursor.fetchall())


def _points(typed: str, language: str) -> Found:
    """Codes until there is a "=", then the values that the products promise of that code."""
    code, equals, begun = typed.partition("=")
    if not equals:
        yield from _codes(code, language)
        return
    for product in Product.objects.only("product_id", "items").iterator():
        promised = specification(product).get(code)
        if promised is None:
            continue
        values = ("true", "false") if promised.type == "Boolean" else promised.options
        yield from (
            (f"{code}={value}", words.code_label(code, language))
            for value in values
            if value.startswith(begun)
        )
        return


def _codes(typed: str, language: str) -> Found:
    told: dict[str, str] = {}
    for product in Product.objects.only("product_id", "items").iterator():
        for one in specification(product):
            told.setdefault(one.code, words.code_label(one.code, language))
    for code, name in sorted(told.items()):
        if code.startswith(typed) or typed.lower() in name.lower():
            yield f"{code}=", name


VALUES: dict[str, Callable[[str, str], Found]] = {
    "online": _of({**TRUTHS, "unknown": _("the cloud did not say")}),
    "sub": _of({**TRUTHS}),
    "retired": _of({**TRUTHS}),
    "seen": _of({**AGES}),
    "state": _of({**STATES}),
    "operation": _of({"open": _("it has not ended")}),
    "ush": _of({"waiting": _("USH is still to be told"), "quarantine": _("USH refuses something")}),
    "category": _categories,
    "product": _products,
    "tag": _tags,
    "gateway": _gateways,
    "dp": _points,
}
