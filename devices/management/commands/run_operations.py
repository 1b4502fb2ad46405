"""manage.py run_operations: carry out what staff asked for, once, now."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from devices import runner
from devices.management.work import BUSY, Work


class Command(Work):
    """One round of the runner."""

    help = "Carry out the operations that are due, once, now."

    def work(self, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Run one round."""
        tally = runner.run_operations(timezone.now())
        if tally is None:
            return f"run_operations: {BUSY}", {"error": BUSY}, False
        return tally.sentence(), asdict(tally), True
