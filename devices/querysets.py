"""Reads of the mirror, named in the words of the trade. They never write."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from .lookups import SHORTEST_OF_TRIGRAMS

if TYPE_CHECKING:
    from .models import Device, LogEntry  # noqa: F401  types only: models import this module

NO_LOGS_AGAIN = timedelta(days=1)


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices, as staff ask for them."""

    def present(self) -> Self:
        """Those that the cloud lists."""
        return self.filter(state="present")

    def not_removed(self) -> Self:
        """Those that staff still can act on, listed or missing."""
        return self.exclude(state="removed")

    def search(self, text: str) -> Self:
        """Those whose name, id, uuid, sn, mac or product name holds `text`."""
        return self.filter(
            Q(name__icontains=text)
            | Q(device_id__icontains=text)
            | Q(uuid__iexact=text)
            | Q(sn__iexact=text)
            | Q(mac__iexact=text)
            | Q(product__name__icontains=text)
        )

    def with_value(self, code: str, value: Any) -> Self:
        """Those whose data point `code` has `value` now."""
        return self.filter(status__contains={code: value})

    def due_for_harvest(self, now: datetime) -> Self:
        """Those whose log is to be read now, the longest overdue first.

        Of one that the cloud said has no logs, it is asked once a day whether that still holds.
        """
        asked = Q(logs_supported=True) | Q(harvested_at__lt=now - NO_LOGS_AGAIN)
        left = Q(state="missing", harvested_at__lt=F("state_since"))
        rows = self.filter(asked, Q(state="present") | left, next_harvest_at__lte=now)
        return rows.order_by("next_harvest_at")

    def children_of(self, gateway_id: str) -> Self:
        """The sub-devices behind a gateway."""
        Of one that went missing the log is read once more: it may tell who took it away.
        return self.filter(gateway_id=gateway_id)


class LogQuerySet(models.QuerySet["LogEntry"]):
    """History rows, newest first unless asked otherwise."""

    def of(self, device: "Device") -> Self:
        """The history of one device."""
        return self.filter(device=device)

    def of_any(self, devices: "Iterable[Device]") -> Self:
        """The history of some devices."""
        return self.filter(device__in=[device.pk for device in devices])

    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Half-open: from `start`, before `end`."""
        rows = self if start is None else self.filter(event_time__gte=start)
        return rows if end is None else rows.filter(event_time__lt=end)
