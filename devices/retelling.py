"""Answers the reporting side's questions about devices: their state, and which codes there are.

It is named by the setting STATE_SOURCE, so that reporting need not know this room.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from devices import intake
from devices.models import Device
from reporting.letters import CodeCount, StateReported

DESCRIBED = Q(product=None) | Q(product__specification_tried_at__isnull=False)

CODES = """
SELECT category, code, count(*) FROM devices_device, jsonb_object_keys(status) AS code
WHERE state <> 'removed' AND retired_at IS NULL
GROUP BY category, code ORDER BY count(*) DESC, category, code
"""


def letter_of(device_key: str) -> StateReported | None:
    """Give the state of one device."""
    rows = Device.objects.not_removed().not_retired().filter(device_id=device_key)
    device = rows.select_related("product").first()
    return None if device is None else intake.letter(device)


def letters_after(place: str, limit: int) -> tuple[list[StateReported], str | None]:
    """Give the next devices, locked in key order as intake does, and the place after them."""
    rows = Device.objects.not_removed().not_retired().filter(DESCRIBED, pk__gt=int(place or 0))
    rows = rows.order_by("pk")
    held = list(rows.select_for_update(of=("self",)).select_related("product")[:limit])
    after = str(held[-1].pk) if len(held) == limit else None
    return [intake.letter(device) for device in held], after


def names(device_keys: Iterable[str]) -> dict[str, str]:
    """Give the names of these devices; one that nobody knows is left out."""
    rows = Device.objects.filter(device_id__in=list(device_keys))
    return dict(rows.values_list("device_id", "name"))


def codes() -> list[CodeCount]:
    """Count the devices of each category that have each code."""
    with connection.cursor() as cursor:
        cursor.execute(CODES)
        return [CodeCount(*row) for row in cursor.fetchall()]
