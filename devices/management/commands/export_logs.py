"""`manage.py export_logs`: history rows as CSV or NDJSON, to a file or to the terminal.

The same rows in the same form as `GET logs/?format=…`. A file is there only when it is whole.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from rest_framework.exceptions import APIException

from devices import history_rows, log_filters
from rest import exports, selection


class Command(BaseCommand):
    """All rows of a filter, however many."""

    requires_system_checks = ()  # they speak of the whole product, and load it
    help = "Write history rows as CSV or NDJSON, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The filters of `GET logs/`, by the same names."""
        parser.add_argument("--format", choices=("csv", "ndjson"), default="csv")
        parser.add_argument("--output", type=Path, help="a file; the terminal if left out")
        parser.add_argument("--fields", help="columns, with commas; all if left out")
        for name, words in log_filters.ALL.items():
            parser.add_argument(f"--{name}", help=words)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write them; exit 1 with the reason when it cannot be done or broke off."""
        parts = exports.lines(_table(options), options["format"])
        output: Path | None = options["output"]
        if output is None:
            _pour(parts, sys.stdout.buffer)
            return
        unfinished = output.with_name(f"{output.name}.part")
        try:
            with unfinished.open("wb") as file:
                _pour(parts, file)
            unfinished.replace(output)
        except OSError as fault:
            raise CommandError(f"{output} cannot be written: {fault.strerror}") from fault
        finally:
            unfinished.unlink(missing_ok=True)


def _table(options: dict[str, Any]) -> exports.Table:
    query = QueryDict(mutable=True)
    for name in (*log_filters.ALL, selection.PARAMETER):
        if options[name]:
            query[name] = options[name]
    try:
        columns = selection.wanted(query, history_rows.MEMBERS) or history_rows.MEMBERS
        return history_rows.table(log_filters.chosen(query), columns)
    except APIException as no:
        faults = getattr(no, "extra", {}).get("errors", {})
        told = [f"--{name}: {' '.join(words)}" for name, words in faults.items()]
        raise CommandError("\n".join(told) or str(no)) from no


def _pour(parts: Iterator[bytes], file: BinaryIO) -> None:
    file.writelines(parts)
    file.flush()
