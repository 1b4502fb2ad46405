"""The history: one row for each thing that happened to a device, with its own time."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext_lazy as _

from devices.querysets import LogQuerySet

from .device import Device
from .loading import Loaded


class Provenance(models.IntegerChoices):
    """How Fleet learned of an event."""

    LOG = 1, _("log")
    FEED = 2, _("feed")
    POLL = 3, _("poll")
    INFERRED = 4, _("inferred")


class MomentField(models.DateTimeField):  # type: ignore[type-arg]  # not generic at run time
    """A moment of a log, in whole milliseconds: what stands below them is a row's place."""

    def from_db_value(self, value: datetime | None, *_context: Any) -> datetime | None:
        """Return the moment that the vendor told, or the one at which Fleet learned of it."""
        if value is None or not value.microsecond % 1000:
            return value
        return value.replace(microsecond=value.microsecond // 1000 * 1000)


class CodeField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """A code, which is compared by its number: no other table is joined to each row."""


class _Numbered:
    """Asks once for the numbers of the codes that are named."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Write the comparison; one with another column stays as Django writes it."""
        if not self.rhs_is_direct_value():  # type: ignore[attr-defined]
            return super().as_sql(compiler, connection)  # type: ignore[misc,no-any-return]
        rhs, table = self.rhs, connection.ops.quote_name(self.lhs.alias)  # type: ignore[attr-defined]
        numbers = "ARRAY(SELECT number FROM devices_code WHERE code = ANY(%s))"
        return f"{table}.code_number = ANY({numbers})", ([rhs] if isinstance(rhs, str) else [*rhs],)


@CodeField.register_lookup
class _CodeIs(_Numbered, Exact):
    """`code="switch_1"`."""


@CodeField.register_lookup
class _CodeIn(_Numbered, In):
    """`code__in=("switch_1", "cur_power")`."""


class LogEntry(Loaded):
    """One event, read from a view; `events.store` writes what lies beneath it.

    The vendor gives its rows no identity: what a row says is its identity (`devices/placing.py`).
    Event numbers 1 to 10 and above are the vendor's; negative ones are Fleet's own observations.
    """

    class Own(models.IntegerChoices):
        """What Fleet saw and the vendor's log has no number for."""

        RENAMED = -1, _("renamed")
        WENT_MISSING = -2, _("missing")
        CAME_BACK = -3, _("came back")
        REMOVED = -4, _("removed")
        BY_OTHERS = -5, _("by somebody else")
        RETIRED = -6, _("retired")
        BROUGHT_BACK = -7, _("brought back")

    pk = models.CompositePrimaryKey("device_id", "place")
    device = models.ForeignKey(Device, models.DO_NOTHING, db_constraint=False, related_name="log")
    event_time = MomentField(help_text="the vendor's clock, in ms")
    place = models.DateTimeField(
        help_text="event_time, and microseconds that keep rows of one ms apart"
    )
    received_at = MomentField()
    not_before = models.DateTimeField(
        null=True, help_text="poll only: the change lies between this and event_time"
    )
    event_id = models.SmallIntegerField()
    source_id = models.SmallIntegerField(null=True)
    provenance = models.SmallIntegerField(choices=Provenance)
    code = CodeField(max_length=64, blank=True)
    code_number = models.SmallIntegerField(help_text="the same code, as the history keeps it")
    value = models.JSONField(null=True, help_text="typed by the product's specification")
    raw = models.TextField(  # noqa: DJ001  no text and empty text are two things here
        null=True, help_text="the text as sent, where it differs from value"
    )

    objects = LogQuerySet.as_manager()

    class Meta:
        db_table = "devices_history"
        managed = False
        ordering = ("-event_time",)

    def __str__(self) -> str:
        return f"{self.event_time:%Y-%m-%d %H:%M:%S} {self.event_id} {self.code}"


class Code(models.Model):
    """The number that stands for a data point's code in each row of the history."""

    number = models.SmallIntegerField(primary_key=True)
    code = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.code


class StoredEntry(models.Model):
    """A row of history as it lies on disk, in few bytes; readers take `LogEntry`.

    The table is partitioned by month of `event_time`; rows are added, not edited. Its indexes, and
    what `said` holds, are told where it is made: migrations/0016_history_in_few_bytes.py.
    """

    pk = models.CompositePrimaryKey("device_id", "event_time")
    event_time = models.DateTimeField()
    device_id = models.IntegerField()
    lag = models.IntegerField(null=True)
    code = models.SmallIntegerField()
    event_id = models.SmallIntegerField()
    source_id = models.SmallIntegerField(null=True)
    provenance = models.SmallIntegerField()
    said = models.TextField()

    class Meta:
        db_table = "devices_logentry"

    def __str__(self) -> str:
        return f"{self.event_time:%Y-%m-%d %H:%M:%S} {self.event_id} {self.said}"
