"""The cloud project that Fleet is a client of: its token, its pace, its troubles, its calls."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from .secret import EncryptedTextField


class Project(models.Model):
    """One row per (client id, address): what all of Fleet's processes must agree on."""

    client_id = models.CharField(max_length=64)
    base_url = models.CharField(max_length=255)
    token = EncryptedTextField(blank=True, help_text="JSON of the living token")
    token_saved_at = models.DateTimeField(null=True)
    clock_offset_ms = models.IntegerField(default=0, help_text="the cloud's clock minus ours")
    lacks = ArrayField(
        models.CharField(max_length=64),
        default=list,
        help_text="families of calls this account has no permission for",
    )
    next_call_at = models.DateTimeField(null=True, help_text="whose turn was given last")
    call_times = ArrayField(
        models.DateTimeField(), default=list, help_text="when the last calls were made"
    )
    parked_code = models.IntegerField(null=True, help_text="why no call is made at all")
    parked_message = models.TextField(blank=True)
    parked_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True, help_text="when a parked account is tried again")
    failures = models.PositiveIntegerField(default=0, help_text="failed looks in a row")
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_code = models.IntegerField(null=True)
    last_error_at = models.DateTimeField(null=True)

    paused_at = models.DateTimeField(null=True, help_text="since when a person wants no call made")
    paused_by = models.CharField(max_length=255, blank=True)
    paused_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint("client_id", "base_url", name="project_one_row_each"),
        )

    def __str__(self) -> str:
        return f"{self.client_id} at {self.base_url}"


class CallCount(models.Model):
    """How often an endpoint was called in an hour, and how it answered."""

    hour = models.DateTimeField()
    endpoint = models.CharField(max_length=128)
    code = models.CharField(max_length=32, help_text="0: success; else the vendor's or HTTP's code")
    count = models.PositiveIntegerField()
    took_ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint("hour", "endpoint", "code", name="callcount_one_row_each"),
        )

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.endpoint} {self.code}: {self.count}"
