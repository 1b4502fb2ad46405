"""manage.py restored: say that the data is an older copy, where Fleet cannot notice it."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from devices.management.work import Work
from fleet import release, restored


class Command(Work):
    """Holds what was still to be sent, and tells USH everything again."""

    help = "After an older copy of the data was put back: ask for nothing twice, tell USH all."

    def work(self, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Do it, and say of how much."""
        if problem := release.misfit():
            raise CommandError(problem)
        done = restored.handle("manage.py", timezone.now())
        line = f"restored: devices held back: {done.held}, cells told again: {done.told_again}"
        return line, done._asdict(), True
