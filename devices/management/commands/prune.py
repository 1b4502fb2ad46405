"""manage.py prune: let go of what is past its retention."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from devices import retention
from devices.management.work import Work


class Command(Work):
    """One round of pruning."""

    help = "Delete old run and call records; history and operations are kept."

    def work(self, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Run one round."""
        pruned = retention.prune(timezone.now())
        return pruned.sentence(), asdict(pruned), True
