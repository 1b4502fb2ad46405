"""What staff asked of the cloud, device by device, and how each ended. The rows are the audit."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .device import Device


class Operation(models.Model):
    """One order: a kind, a frozen list of devices, a person and a reason. Never deleted."""

    class Kind(models.TextChoices):
        RENAME = "rename", _("rename")
        REMOVE = "remove", _("remove")
        FACTORY_RESET = "factory_reset", _("factory reset")

    class State(models.TextChoices):
        AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")
        COOLING_OFF = "cooling_off", _("cooling off")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        STOPPED = "stopped", _("stopped by its failures")
        CANCELLED = "cancelled", _("cancelled")
        REJECTED = "rejected", _("rejected")
        EXPIRED = "expired", _("expired without approval")

    class Offline(models.TextChoices):
        """What becomes of a device that is offline when its turn comes."""

        ACT = "act", _("ask the cloud all the same")
        SKIP = "skip", _("leave it out")
        WAIT = "wait", _("wait until it is online")

    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=20, choices=State)
    reason = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    pace_per_minute = models.PositiveIntegerField(null=True)
    stop_after_failures = models.PositiveIntegerField(null=True)
    stop_after_percent = models.PositiveSmallIntegerField(null=True)
    stop_percent_of = models.PositiveIntegerField(
        default=10, help_text="devices that must have answered before a percentage says anything"
    )
    offline = models.CharField(max_length=4, choices=Offline, default=Offline.ACT)
    wait_until = models.DateTimeField(null=True, help_text="when waiting for the offline ends")
    plan_hash = models.CharField(max_length=64)
    needs_approval = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="operations"
    )
    requested_by_name = models.CharField(max_length=150)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="approvals"
    )
    approved_by_name = models.CharField(max_length=150, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_plan_hash = models.CharField(
        max_length=64, blank=True, help_text="the exact list that was approved"
    )
    approval_expires_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=150, blank=True, help_text="who cancelled it")
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField(help_text="the end of the cooling-off time")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    retry_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="retries")

    class Meta:
        ordering = ("-id",)
        indexes = (
            # runner.due: the few that are not over
            models.Index(
                "starts_at",
                name="operation_live",
                condition=models.Q(state__in=("cooling_off", "running")),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"


class OperationItem(models.Model):
    """One device of an order. `sent` is written before the call, so a crash can never hide one."""

    class Outcome(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")
        UNKNOWN = "unknown", _("unknown")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")
        SKIPPED = "skipped", _("skipped")
        CANCELLED = "cancelled", _("cancelled")

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="operation_items")
    device_key = models.CharField(max_length=64, help_text="the device id as text")
    device_name = models.CharField(max_length=255, blank=True, help_text="its name when asked")
    new_name = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.QUEUED)
    why = models.TextField(blank=True, help_text="why skipped, unknown or refused, in words")
    vendor_code = models.IntegerField(null=True)
    vendor_message = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    snapshot = models.JSONField(default=dict, help_text="state and factory info before the call")
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True, help_text="when proof is looked for next")
    proof = models.JSONField(default=dict, help_text="what proves the outcome")

    class Meta:
        ordering = ("operation", "position")
        constraints = (
            models.UniqueConstraint("operation", "device", name="item_one_per_device"),
            models.UniqueConstraint(
                "device",
                name="operation_one_open_per_device",
                condition=models.Q(outcome__in=("queued", "sent", "unknown")),
            ),
        )
        indexes = (
            # proof.look reads what is accepted or unknown and due
            models.Index(
                "next_look_at",
                name="item_proof_due",
                condition=models.Q(next_look_at__isnull=False),
            ),
            # runner._candidate: who is next, without reading those that are done
            models.Index(
                "operation",
                "position",
                name="item_queued",
                condition=models.Q(outcome="queued"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.device_key}: {self.outcome}"
