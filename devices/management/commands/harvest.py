"""manage.py harvest: read the device logs that are due, once, now."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from devices import harvest
from devices.management.work import BUSY, Work
from devices.models import SyncRun


class Command(Work):
    """Looks whatever the back-off says: a person asked."""

    help = "Read the device logs that are due, once, now."

    def work(self, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Run one harvest."""
        run = harvest.harvest(timezone.now(), force=True)
        if run is None:
            return f"harvest: {BUSY}", {"error": BUSY}, False
        return run.sentence(), run.figures(), run.outcome == SyncRun.Outcome.COMPLETE
