"""How a command that does one round of work reports: a line or JSON, and an exit code."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Work(BaseCommand):
    """One round of work; `work` returns the line, the figures and whether it went well."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` prints the figures instead of the line."""
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it; exit 1 with the reason when it did not go well."""
        line, figures, fine = self.work(**options)
        self.stdout.write(json.dumps(figures, default=str) if options["json"] else line)
        if not fine:
            raise CommandError(str(figures.get("error") or line))

    def work(self, **options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Return the line, the figures, and whether all went well."""
        raise NotImplementedError


BUSY = "another process is at it, or the device cloud is paused; nothing was done"
