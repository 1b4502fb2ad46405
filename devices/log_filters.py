"""Which history rows somebody asks for, by the parameters that REST and the command line share.

Loads nothing of REST's views: a command that exports rows is smaller without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from devices.forms import NOBODY
from devices.models import Device, LogEntry, Provenance
from rest import queries
from rest.problems import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devices.querysets import LogQuerySet

NUMBERS = {member.name.lower(): member.value for member in Provenance}
SMALLEST, LARGEST = -(2**15), 2**15 - 1  # of a stored event or source number

# Each filter with what it takes.
OF_ROWS = {
    "event": "1 to 10; several with commas.",
    "source": "Source numbers, or `none`; with commas.",
    "code": "Several with commas.",
    "start": "From here on.",
    "end": "Up to, not including.",
    "provenance": "log, feed, poll, inferred; with commas.",
}
OF_DEVICES = {
    "product_id": "Several with commas.",
    "device": "Device ids; several with commas.",
}
ALL = OF_ROWS | OF_DEVICES


def chosen(query: Mapping[str, str]) -> LogQuerySet:
    """The rows that the filters ask for, in no order."""
    start, end = queries.moment(query, "start"), queries.moment(query, "end")
    if start and end and start >= end:
        raise invalid({"start": [_("It must lie before the end.")]})
    found = LogEntry.objects.between(start, end)
    for condition in _conditions(query):
        found = found.filter(condition)
    return found


def _conditions(query: Mapping[str, str]) -> list[Q]:
    origins = queries.choices(query, "provenance", tuple(NUMBERS))
    wanted: dict[str, list[Any]] = {
        "event_id__in": queries.numbers(query, "event", SMALLEST, LARGEST),
        "code__in": queries.texts(query, "code"),
        "provenance__in": [NUMBERS[origin] for origin in origins],
        "device__device_id__in": queries.texts(query, "device"),
    }
    found = [Q(**{name: values}) for name, values in wanted.items() if values]
    products = queries.texts(query, "product_id")
    if products:  # history asks a list of keys far faster than a joined table
        of_them = Device.objects.filter(product_id__in=products)
        found.append(Q(device__in=list(of_them.values_list("pk", flat=True))))
    return [*found, *_sources(query)]


def _sources(query: Mapping[str, str]) -> list[Q]:
    given = queries.texts(query, "source")
    if not given:
        return []
    nobody = Q(source_id=None) if NOBODY in given else Q()
    some = {"source": ",".join(one for one in given if one != NOBODY)}
    return [nobody | Q(source_id__in=queries.numbers(some, "source", SMALLEST, LARGEST))]
