"""Shows a device's local key to one person, and writes that look down first. Never logs it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from people import deeds
from people.models import Deed

from .models import Device


def reveal(request: Any, device: Device, now: datetime) -> str:
    """Return the key, empty where none is known. Without its deed on record nobody sees it.

    The caller has asked for `Right.REVEAL`.
    """
    with transaction.atomic():
        deeds.note(request, Deed.What.REVEALED, named(device), now)
    return Device.objects.values_list("local_key", flat=True).get(pk=device.pk)


def named(device: Device) -> str:
    """Return a device as a record names it: by the id that stays, and the name it has now."""
    return f"{device.device_id} {device.name}".strip()
