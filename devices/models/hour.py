"""How the fleet stood, an hour a row: what a course of days is drawn from."""

from django.db import models


class Hour(models.Model):
    """The last observation of one hour. An hour in which Fleet did not look has no row.

    Nobody can say afterwards how many were online then: a gap stays a gap. About 8,760 rows a
    year, kept for good.
    """

    hour = models.DateTimeField(primary_key=True, help_text="its beginning")
    looked_at = models.DateTimeField(help_text="when the list was read that this was counted from")
    online = models.PositiveIntegerField()
    offline = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField(help_text="listed, and the cloud did not say")
    spoke = models.PositiveIntegerField(help_text="devices with an event in the day before")
    quiet = models.JSONField(
        default=list, help_text="[id, name, last event, usual gap in s] against their own rhythm"
    )

    class Meta:
        ordering = ("hour",)

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}: {self.online} online, {len(self.quiet)} quiet"
