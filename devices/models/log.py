"""The history: one row for each thing that happened to a device, with its own time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from devices.querysets import LogQuerySet

from .device import Device


class Provenance(models.IntegerChoices):
    """How Fleet learned of an event."""

    LOG = 1, _("log")
    FEED = 2, _("feed")
    POLL = 3, _("poll")
    INFERRED = 4, _("inferred")


class LogEntry(models.Model):
    """One event. The table is partitioned by month of `event_time`; rows are added, not edited.

    The vendor gives its rows no identity, so the natural key is the identity: device, time, event,
    code, and a digest of value and source that keeps two rows of one millisecond apart.
    Event numbers 1 to 10 and above are the vendor's; negative ones are Fleet's own observations.
    """

    class Own(models.IntegerChoices):
        """What Fleet saw and the vendor's log has no number for."""

        RENAMED = -1, _("renamed")
        WENT_MISSING = -2, _("missing")
        CAME_BACK = -3, _("came back")
        REMOVED = -4, _("removed")
        BY_OTHERS = -5, _("by somebody else")

    pk = models.CompositePrimaryKey("device_id", "event_time", "event_id", "code", "digest")
    device = models.ForeignKey(Device, models.DO_NOTHING, db_constraint=False, related_name="log")
    event_time = models.DateTimeField(help_text="the vendor's clock, in ms")
    received_at = models.DateTimeField()
    not_before = models.DateTimeField(
        null=True, help_text="poll only: the change lies between this and event_time"
    )
    digest = models.IntegerField()
    event_id = models.SmallIntegerField()
    source_id = models.SmallIntegerField(null=True)
    provenance = models.SmallIntegerField(choices=Provenance)
    code = models.CharField(max_length=64, blank=True)
    value = models.JSONField(null=True, help_text="typed by the product's specification")
    raw = models.TextField(  # noqa: DJ001  no text and empty text are two things here
        null=True, help_text="the text as sent, where it differs from value"
    )

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ("-event_time",)
        indexes = (
            # log explorer: the newest of the whole fleet
            models.Index("event_time", name="logentry_by_time"),
            # events.store: what the feed said or polls inferred gives way to the log; few rows
            models.Index(
                "device",
                "event_time",
                name="logentry_provisional",
                condition=models.Q(provenance__in=(2, 3)),
            ),
            # log explorer: what happened besides reports, rare among them
            models.Index(
                "event_time", name="logentry_besides_reports", condition=~models.Q(event_id=7)
            ),
            # overview: what others did, as it was learned; few rows
            models.Index("received_at", name="logentry_by_others", condition=models.Q(event_id=-5)),
        )

    def __str__(self) -> str:
        return f"{self.event_time:%Y-%m-%d %H:%M:%S} {self.event_id} {self.code}"
