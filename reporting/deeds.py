"""Notes what staff did about the delivery, with who did it. Only adds; reads for the page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from people import deeds
from people.models import Deed

SHOWN = 20
OURS = (
    Deed.What.PAUSE,
    Deed.What.RESUME,
    Deed.What.RESYNC,
    Deed.What.RETRY,
    Deed.What.DISCARD,
    Deed.What.MAPPING_ADD,
    Deed.What.MAPPING_ON,
    Deed.What.MAPPING_OFF,
    Deed.What.MAPPING_REMOVE,
)


def note(who: str, what: str, now: datetime, **details: Any) -> Deed:
    """Add one deed, in the caller's transaction."""
    why, devices = details.pop("reason", ""), details.pop("devices", ())
    return deeds.record(who, what, now, why=why, devices=devices, **details)


def of_delivery() -> QuerySet[Deed]:
    """Give the deeds that are about the delivery."""
    return Deed.objects.filter(what__in=OURS)


def latest() -> Sequence[Deed]:
    """Give the newest, the newest first."""
    return list(of_delivery().order_by("-pk")[:SHOWN])
