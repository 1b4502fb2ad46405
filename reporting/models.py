"""What USH should know (Cell), what was sent (Report), and how the road to USH is (Sink, Shard).

Rows only: nothing here decides. The cell table is the outbox; a dirty cell is the work to do.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from . import phrases


class Sink(models.Model):
    """One USH target and the state of the road to it, shared by every process."""

    name = models.CharField(max_length=40, primary_key=True)
    target = models.CharField(
        max_length=500, blank=True, help_text="Address and format that the cells were told to."
    )
    paused = models.BooleanField(default=False, help_text="A person said stop.")
    paused_by = models.CharField(max_length=150, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)
    paused_at = models.DateTimeField(null=True)
    parked_reason = models.CharField(
        max_length=300, blank=True, help_text="Fleet itself stopped; it probes every few minutes."
    )
    failures = models.PositiveIntegerField(default=0, help_text="Failed requests in a row.")
    mismatches = models.PositiveIntegerField(default=0, help_text="Unreadable answers in a row.")
    outage_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True, help_text="Nothing is sent before this time.")
    next_slot_at = models.DateTimeField(null=True, help_text="The next free place of the rate.")
    pace = models.FloatField(null=True, help_text="Requests a second now; empty is the full rate.")
    rising = models.BooleanField(
        default=False, help_text="After an outage: the rate doubles with each success."
    )
    max_devices = models.PositiveIntegerField(null=True, help_text="Learned from 413 answers.")
    last_ok_at = models.DateTimeField(null=True)
    resynced_at = models.DateTimeField(null=True)
    mapping_mark = models.BigIntegerField(
        default=0, help_text="Another with each change of the mapping; 0 is the published one."
    )
    remap_from = models.CharField(  # noqa: DJ001  null is "nothing to do"
        max_length=40, null=True, help_text="How far the devices are translated anew."
    )

    def __str__(self) -> str:
        """Show the name of the target."""
        return self.name


class Shard(models.Model):
    """A share of the devices that one forwarder at a time may send for.

    `fence` grows with each lease: an answer that comes back under an old fence proves nothing.
    """

    sink = models.ForeignKey(Sink, on_delete=models.CASCADE, related_name="shards", db_index=False)
    number = models.PositiveSmallIntegerField()
    leased_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)

    class Meta:
        """One row per share."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sink", "number"], name="shard_one_per_sink_and_number")
        ]

    def __str__(self) -> str:
        """Show target and number."""
        return f"{self.sink_id}/{self.number}"


class Cell(models.Model):
    """One property of one USH device: the value to tell and the value that USH acknowledged.

    Dirty means version > acked_version. `acked_known` is false from the moment a request leaves
    until its answer is understood: then nobody knows what USH holds, and nothing is left unsent.
    """

    class Lane(models.TextChoices):
        """With whom a cell may ride."""

        HEALTHY = "healthy", _("healthy")
        SUSPECT = "suspect", _("suspect")
        QUARANTINE = "quarantine", _("quarantine")

    # no index of its own: all are of few sinks, and a planner that thought the table small used it
    sink = models.ForeignKey(Sink, on_delete=models.CASCADE, related_name="cells", db_index=False)
    device_key = models.CharField(max_length=64)
    ush_device_id = models.CharField(max_length=80)
    property = models.CharField(max_length=40)
    value = models.CharField(max_length=100)
    source_at = models.BigIntegerField(help_text="When the device changed, vendor's clock, ms.")
    shard = models.PositiveSmallIntegerField()
    urgency = models.PositiveSmallIntegerField(default=1, help_text="0 goes first (PowerState).")
    version = models.BigIntegerField(default=1)
    acked_value = models.CharField(max_length=100, null=True)  # noqa: DJ001  null is "never told"
    acked_version = models.BigIntegerField(default=0)
    acked_known = models.BooleanField(default=False)
    acked_at = models.DateTimeField(null=True)
    acked_source_at = models.BigIntegerField(null=True)
    in_flight = models.BooleanField(default=False)
    confirm = models.BooleanField(
        default=False, help_text="An answer was lost: tell once more after the next success."
    )
    first_dirty_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lane = models.CharField(max_length=10, choices=Lane.choices, default=Lane.HEALTHY)
    late = models.PositiveIntegerField(default=0, help_text="Older news that came afterwards.")
    merged = models.PositiveIntegerField(
        default=0, help_text="Changes that took no request of their own."
    )
    discarded = models.BooleanField(
        default=False, help_text="A person gave this value up; the next change is told again."
    )
    last_error = models.CharField(max_length=300, blank=True)
    last_http = models.PositiveSmallIntegerField(null=True)

    class Meta:
        """One row per property of a USH device."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sink", "ush_device_id", "property"], name="cell_one_per_device_property"
            )
        ]
        indexes: ClassVar = [
            # take.healthy: what is dirty in one share, most urgent and longest due first. The id
            # lets a long drain go on behind the dead entries of what it told already.
            models.Index(
                fields=["shard", "lane", "urgency", "next_try_at", "id"],
                condition=Q(version__gt=F("acked_version")),
                name="cell_dirty_by_due",
            ),
            # outbox.knowledge and DeviceGone: all cells of one device
            models.Index(fields=["device_key"], name="cell_by_device"),
            # the delivery page: what is stuck
            models.Index(
                fields=["lane", "id"], condition=~Q(lane="healthy"), name="cell_not_healthy"
            ),
        ]

    def __str__(self) -> str:
        """Show what is told about whom."""
        return f"{self.ush_device_id} {self.property}={self.value}"


class Report(models.Model):
    """One POST to USH and what came of it. Written once, never edited."""

    class Kind(models.TextChoices):
        """Why the request was sent."""

        BATCH = "batch", _("batch")
        SPLIT = "split", _("part of a refused batch")
        CANARY = "canary", _("canary")
        QUARANTINE = "quarantine", _("quarantined, alone")

    sink = models.ForeignKey(Sink, on_delete=models.CASCADE, related_name="reports", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BATCH)
    sent_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    devices = models.PositiveIntegerField()
    cells = models.PositiveIntegerField()
    outcome = models.CharField(max_length=1, help_text="Row of the outcome table, A to K.")
    meaning = models.CharField(max_length=300)
    http_status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=40, blank=True)
    business_code = models.CharField(max_length=100, blank=True)
    business_message = models.CharField(max_length=300, blank=True)
    lag_ms = models.BigIntegerField(null=True, help_text="Change to acknowledgement, worst.")
    request_body = models.TextField()
    answer_head = models.TextField(blank=True)

    class Meta:
        """Read newest first."""

        indexes: ClassVar = [
            # the delivery page and GET delivery/reports/: newest first
            models.Index(fields=["-sent_at", "-id"], name="report_newest_first"),
        ]

    def __str__(self) -> str:
        """Show the time and the outcome."""
        return f"{self.sent_at:%Y-%m-%d %H:%M:%S} {self.outcome}"

    @property
    def words(self) -> str:
        """Say what it came to, in the reader's language."""
        return phrases.translated(self.meaning)


class Unmapped(models.Model):
    """A value that USH has no word for, per device, so that devices can be counted."""

    class Reason(models.TextChoices):
        """Why nothing was told."""

        UNKNOWN_VALUE = "unknown_value", _("USH has no word for this value")
        NO_SPECIFICATION = "no_specification", _("the product gives no scale or range")
        INVALID = "invalid", _("the value breaks its own type or range")

    device_key = models.CharField(max_length=64)
    code = models.CharField(max_length=100)
    value = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    count = models.PositiveBigIntegerField(default=1)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        """One row per value and device."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "value", "reason", "device_key"], name="unmapped_one_per_device"
            )
        ]
        # device_key leads: DeviceGone forgets a device's rows
        indexes: ClassVar = [models.Index(fields=["device_key"], name="unmapped_by_device")]

    def __str__(self) -> str:
        """Show the value."""
        return f"{self.code}={self.value} ({self.reason})"


class MappingRow(models.Model):
    """An operator's row of the mapping; it goes before the published ones for the same code."""

    class Kind(models.TextChoices):
        """How the value is turned into USH's words."""

        SWITCH = "switch", _("on or off")
        WORDS = "words", _("by a table of words")
        SCALED = "scaled", _("a number by the product's scale")
        CELSIUS = "celsius", _("a temperature in Celsius")
        BRIGHTNESS = "brightness", _("brightness in per cent")
        SHARE = "share", _("per cent of the product's range")
        COLOUR = "colour", _("the nearest colour name")
        OPENED = "opened", _("open or closed, by position")
        THIRDS = "thirds", _("low, medium or high")
        SILENT = "silent", _("not told")

    code = models.CharField(max_length=100, help_text="The device cloud's code.")
    category = models.CharField(max_length=32, blank=True, help_text="Empty: every category.")
    property = models.CharField(max_length=40)
    suffix = models.CharField(max_length=20, blank=True, help_text="A gang's own USH device.")
    kind = models.CharField(max_length=12, choices=Kind)
    parameters = models.JSONField(default=dict, help_text="Raw value to word.")
    extension = models.BooleanField(default=False, help_text="USH has not published this name.")
    enabled = models.BooleanField(default=True)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        """One row per code, category and property."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "category", "property", "suffix"], name="mapping_row_one_per_code"
            )
        ]

    def __str__(self) -> str:
        """Show what feeds what."""
        return f"{self.code} -> {self.property} ({self.kind})"
