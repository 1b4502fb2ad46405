"""One look at the cloud: what it saw and how it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SyncRun(models.Model):
    """A run of sync, harvest or the feed. An incomplete run proves no absence."""

    class Kind(models.TextChoices):
        SYNC = "sync", _("sync")
        HARVEST = "harvest", _("harvest")
        FEED = "feed", _("feed")

    class Outcome(models.TextChoices):
        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        INCOMPLETE = "incomplete", _("incomplete")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=8, choices=Kind)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seen = models.PositiveIntegerField(default=0, help_text="devices looked at")
    changed = models.PositiveIntegerField(default=0, help_text="devices that changed")
    created = models.PositiveIntegerField(default=0, help_text="devices met for the first time")
    missing = models.PositiveIntegerField(default=0, help_text="devices that left the listing")
    rows = models.PositiveIntegerField(default=0, help_text="history rows added")
    calls = models.PositiveIntegerField(default=0, help_text="calls made to the cloud")
    error_code = models.IntegerField(null=True)
    error = models.TextField(blank=True, help_text="the vendor's words or ours")

    class Meta:
        ordering = ("-started_at",)
        indexes = (
            # cloud page and "last seen": the newest run of a kind
            models.Index("kind", models.F("started_at").desc(), name="syncrun_newest"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M:%S} {self.outcome}"

    def sentence(self) -> str:
        """Say in one line what the run did."""
        took = (self.finished_at - self.started_at).total_seconds() if self.finished_at else 0.0
        did = f"{self.rows} rows" if self.kind == self.Kind.HARVEST else f"{self.changed} changed"
        what = f"{self.seen} devices, {did}, {self.calls} calls"
        if self.kind == self.Kind.FEED:
            what = f"{self.seen} messages, {self.rows} rows"
        line = f"{self.kind}: {what}, {took:.1f} s"
        return f"{line}; {self.error}" if self.error else line

    def figures(self) -> dict[str, object]:
        """Return the same for programs."""
        names = ("kind", "outcome", "seen", "changed", "created", "missing", "rows", "calls")
        return {name: getattr(self, name) for name in names} | {"error": self.error}
