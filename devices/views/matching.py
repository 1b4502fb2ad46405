"""Every device of a filter, chosen at once: here the filter becomes a list of ids."""

from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from devices import filters
from devices.models import Device
from devices.plans import MOST_DEVICES

ALL = "all"  # set by "Select all 1,284 matching", with the search line beside it


def asked(given: QueryDict) -> bool:
    """Whether the filter itself was chosen, and no list of devices."""
    return given.get(ALL) == "1"


def problems(given: QueryDict, now: datetime) -> list[str]:
    """Return why the filter cannot be taken at its word: a part of it that was not understood."""
    search = filters.parse(given.get("q", ""), now)
    if not search.hints:
        return []
    return [_("The filter was not understood, so it chooses no device."), *search.hints]


def ids(given: QueryDict, now: datetime) -> list[str]:
    """Return the ids that match now, one more than an order takes at most; none when unclear."""
    search = filters.parse(given.get("q", ""), now)
    if search.hints:
        return []
    found = search.apply(Device.objects.all()).order_by("name", "pk")
    return list(found.values_list("device_id", flat=True)[: MOST_DEVICES + 1])
