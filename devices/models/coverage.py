"""What of each device's log is proven complete, and what is lost for good."""

from django.db import models

from .device import Device
from .loading import Loaded


class Coverage(Loaded):
    """The ledger of one device, for `devices.coverage`. What neither list names is unread."""

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True)
    since = models.DateTimeField(help_text="history is owed from here on")
    complete = models.JSONField(default=list, help_text="[[start ms, end ms], …]")
    lost = models.JSONField(default=list, help_text="[[start ms, end ms, reason], …]")

    def __str__(self) -> str:
        return f"coverage of {self.device_id}"
