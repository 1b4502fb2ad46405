"""Up to when the history of a type of event was deleted on purpose."""

from django.db import models


class LetGo(models.Model):
    """One row per event type. Noted before the first row of it goes, and never moved back."""

    event_id = models.SmallIntegerField(primary_key=True)
    before = models.DateTimeField(help_text="older rows of this type may be gone")

    def __str__(self) -> str:
        return f"{self.event_id} before {self.before:%Y-%m-%d %H:%M:%S}"
