"""Reads of the mirror, named in the words of the trade. They never write."""

import functools
import operator
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from .lookups import SHORTEST_OF_TRIGRAMS

if TYPE_CHECKING:
    from .models import Device, LogEntry  # noqa: F401  types only: models import this module

REPORT = 7  # the vendor's event number for a data point's value
NO_LOGS_AGAIN = timedelta(days=1)
LOOK_BACK = timedelta(days=1)  # further back an earlier value says little, and costs a long read


def ways(text: str, *, along: bool = False) -> list[Q]:
    """Return the ways in which a device may be meant by `text`; each has an index of its own.

    Who goes `along` all names looks for few letters in them, where an index gives too many.

    Of an id, one or two letters must be the beginning. Products are few and asked beforehand, since
    a join would leave the indexes unused.
    """
    written = {text, text.lower(), text.upper()}
    products = apps.get_model("devices", "Product").objects
    made = list(products.filter(name__icontains=text).values_list("pk", flat=True))
    short = len(text) < SHORTEST_OF_TRIGRAMS
    return [
        Q(name__spells=text) if short and along else Q(name__holds=text),
        Q(device_id__startswith=text) if short else Q(device_id__holds=text),
        Q(uuid__in=written) | Q(sn__in=written) | Q(mac__in=written),
        *([Q(product__in=made)] if made else []),
    ]


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices, as staff ask for them."""

    def present(self) -> Self:
        """Those that the cloud lists."""
        return self.filter(state="present")

    def not_removed(self) -> Self:
        """Those that staff still can act on, listed or missing."""
        return self.exclude(state="removed")

    def retired(self) -> Self:
        """Those that staff retired: hidden from lists, not read, not told to USH."""
        return self.exclude(retired_at=None)

    def not_retired(self) -> Self:
        """Those that are read and told."""
        return self.filter(retired_at=None)

    def search(self, text: str) -> Self:
        """Those whose name, id or product name holds `text`, or whose uuid, sn or mac it is."""
        return self.filter(functools.reduce(operator.or_, ways(text)))

    def with_value(self, code: str, value: Any) -> Self:
        """Those whose data point `code` has `value` now."""
        return self.filter(status__contains={code: value})

    def due_for_harvest(self, now: datetime) -> Self:
        """Those whose log is to be read now, the longest overdue first.

        Of one that the cloud said has no logs, it is asked once a day whether that still holds.
        Of one that went missing the log is read once more: it may tell who took it away.
        """
        asked = Q(logs_supported=True) | Q(harvested_at__lt=now - NO_LOGS_AGAIN)
        left = Q(state="missing", harvested_at__lt=F("state_since"))
        rows = self.not_retired().filter(asked, Q(state="present") | left, next_harvest_at__lte=now)
        return rows.order_by("next_harvest_at")

    def with_books(self) -> Self:
        """Each with its ledger, and with up to when values of all were deleted by retention."""
        letting_go = "(SELECT before FROM devices_letgo WHERE event_id = %s)"
        let_go_before = RawSQL(letting_go, [REPORT], models.DateTimeField(null=True))  # noqa: S611  ours
        return self.select_related("coverage").annotate(let_go_before=let_go_before)

    def children_of(self, gateway_id: str) -> Self:
        """The sub-devices behind a gateway."""
        return self.filter(gateway_id=gateway_id)


class LogQuerySet(models.QuerySet["LogEntry"]):
    """History rows, newest first unless asked otherwise."""

    def of(self, device: "Device") -> Self:
        """The history of one device."""
        return self.filter(device=device)

    def of_one(self, key: int) -> Self:
        """The history of one device, to be sorted as the key is: by device, then by place.

        Any of one device: asked for plainly, PostgreSQL drops the order by device, and looks for
        what is rare along everybody's times instead of the device's own.
        """
        among = '"devices_history"."device_id" = ANY(%s)'
        return self.filter(RawSQL(among, [[key]], models.BooleanField()))  # noqa: S611  ours

    def of_any(self, devices: "Iterable[Device]") -> Self:
        """The history of some devices."""
        return self.filter(device__in=[device.pk for device in devices])

    def by_key(self, devices: "Iterable[Device]") -> Self:
        """The history of some devices, found by the key however much they speak.

        Which devices is hidden from the planner: of one that speaks a lot it would walk the times
        of all. For stretches that are read whole; the key's order is of no use to what is sorted.
        """
        keys = [device.pk for device in devices]
        hidden = "(SELECT unnest(%s::int[]))"
        among = hidden if len(keys) == 1 else f"ANY(ARRAY{hidden})"  # of many it expects ten
        known = RawSQL(f'"devices_history"."device_id" = {among}', [keys], models.BooleanField())  # noqa: S611  ours
        return self.filter(known)

    def changes_only(self) -> Self:
        """Without reports that say again what the one before said, within a day."""
        earlier = (
            self.model.objects.filter(
                device=models.OuterRef("device_id"),
                event_id=REPORT,
                code_number=models.OuterRef("code_number"),
                event_time__lt=models.OuterRef("event_time"),
                event_time__gte=models.OuterRef("event_time") - LOOK_BACK,
            )
            .order_by("-event_time")
            .values("value")[:1]
        )
        new = ~Q(event_id=REPORT) | Q(earlier__isnull=True) | ~Q(value=models.F("earlier"))
        return self.annotate(earlier=models.Subquery(earlier)).filter(new)

    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Half-open: from `start`, before `end`."""
        rows = self if start is None else self.filter(event_time__gte=start)
        return rows if end is None else rows.filter(event_time__lt=end)
