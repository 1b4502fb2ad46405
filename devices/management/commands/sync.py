"""manage.py sync: look at all devices once, now."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from devices import sync
from devices.management.work import BUSY, Work
from devices.models import SyncRun


class Command(Work):
    """Looks whatever the back-off says: a person asked."""

    help = "Look at all devices of the cloud once, now."

    def work(self, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Run one sync."""
        run = sync.sync(timezone.now(), force=True)
        if run is None:
            return f"sync: {BUSY}", {"error": BUSY}, False
        return run.sentence(), run.figures(), run.outcome == SyncRun.Outcome.COMPLETE
