"""Takes device ids by hand, for projects whose listing finds none. The next sync reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pages import live

from . import bell
from .models import Coverage, Device

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a list of ids."""

    added: tuple[str, ...]
    known: tuple[str, ...]


def register(device_ids: Iterable[str], now: datetime) -> Registered:
    """Make a row for each id that is not known: missing, until the cloud shows it."""
    wanted = tuple(dict.fromkeys(device_ids))
    found = set(Device.objects.filter(device_id__in=wanted).values_list("device_id", flat=True))
    fresh = [device_id for device_id in wanted if device_id not in found]
    with transaction.atomic():
        _write(fresh, now)
        live.announce("devices", fresh)
        bell.ring_sync()
    return Registered(tuple(fresh), tuple(one for one in wanted if one in found))


def _write(device_ids: Sequence[str], now: datetime) -> None:
    rows = [
        Device(
            device_id=device_id,
            first_seen_at=now,
            last_seen_at=now,
            state=Device.State.MISSING,
            state_since=now,
            state_reason=_("Imported by hand; the cloud has not shown it yet."),
            next_harvest_at=now,
        )
        for device_id in device_ids
    ]
    Device.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    made = Device.objects.filter(device_id__in=device_ids)
    ledgers = [Coverage(device=device, since=now) for device in made.only("pk")]
    Coverage.objects.bulk_create(ledgers, batch_size=1000, ignore_conflicts=True)
