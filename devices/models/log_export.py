"""Exports of history that a worker writes to a file: the question, the progress, the proof."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LogExport(models.Model):
    """One file of history rows. The row is the queue, the progress and, in the end, the proof.

    The question is frozen when it is asked, and so is `asked_at`: rows that Fleet learned of later
    do not belong to it. `size` and `place` are the last whole step: a worker that dies goes on
    there. The manifest is kept when the file is gone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        NDJSON = "ndjson", "NDJSON"

    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    format = models.CharField(max_length=6, choices=Format, default=Format.CSV)
    question = models.JSONField(help_text="the filters of GET logs/, by the same names")
    language = models.CharField(max_length=10, help_text="of the words in the file")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="log_exports"
    )
    owner_name = models.CharField(max_length=255)
    asked_at = models.DateTimeField(help_text="rows that came later do not belong to it")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="from then on the file is gone")
    expected = models.PositiveBigIntegerField(null=True, help_text="rows, as counted at the start")
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of the file")
    place = models.TextField(blank=True, help_text="where the next step begins")
    first_event_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(null=True)
    faults = models.PositiveSmallIntegerField(default=0, help_text="how often it broke off")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            # log_exports.seen_by: one's own, newest first
            models.Index("owner", models.F("id").desc(), name="log_export_of_owner"),
            # exporting: what is to be written, and what is to be let go; few rows
            models.Index(
                "expires_at",
                name="log_export_open",
                condition=models.Q(state__in=("waiting", "running", "done")),
            ),
        )

    def __str__(self) -> str:
        return f"export {self.pk} of {self.owner_name}: {self.state}"

    @property
    def file_name(self) -> str:
        """Return what the file is called, on disk and when it is downloaded."""
        return f"fleet-logs-{self.asked_at:%Y%m%dT%H%M%SZ}-{self.pk}.{self.format}.gz"
