"""Tables of this room: the answers already given to keyed calls."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Answer(models.Model):
    """The answer given to one Idempotency-Key of one user, so that a repeat gets it again.

    Written in the transaction of the work itself: work without its answer, or an answer without its
    work, cannot be found here.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    call = models.CharField(max_length=300, help_text="Method and path.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body.")
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """One answer a key; the oldest are forgotten by time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="answer_one_per_user_and_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="answer_by_age"),  # idempotency.forget
        ]

    def __str__(self) -> str:
        """Key and call."""
        return f"{self.key}: {self.call}"
