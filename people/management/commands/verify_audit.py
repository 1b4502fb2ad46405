"""`manage.py verify_audit`: walks the chain of deeds; says which row is the first broken one."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import audit


class Command(BaseCommand):
    """Exit 0 when the record is whole, 1 when it is not."""

    help = "Walk the audit's chain and name the first row that is missing or was altered."

    def add_arguments(self, parser: CommandParser) -> None:
        """The end that somebody kept elsewhere."""
        parser.add_argument(
            "--expect",
            metavar="NUMBER:SEAL",
            help="an end that an earlier run printed: a chain written anew cannot have it",
        )
        parser.add_argument("--json", action="store_true", help="print the figures")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line."""
        del args
        started = time.monotonic()
        found = audit.verify(_expected(options["expect"]))
        took = time.monotonic() - started
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found) | {"took_s": round(took, 1)}))
        if found.broken is not None:
            raise CommandError(f"verify_audit: broken at row {found.broken}: {found.why}")
        if not options["json"]:
            end = f"{found.number}:{found.seal}"
            self.stdout.write(f"verify_audit: {found.rows} rows, whole, end {end}, {took:.1f} s")


def _expected(text: str | None) -> tuple[int, str] | None:
    if not text:
        return None
    number, colon, seal = text.partition(":")
    if not (colon and number.isascii() and number.isdigit() and seal):
        raise CommandError(f"--expect takes NUMBER:SEAL, not {text!r}")
    return int(number), seal
