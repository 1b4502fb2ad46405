#!/usr/bin/env python
"""Runs a management command; says in one sentence what is wrong with the environment."""

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

# Everything else reads or writes rows, and would only fail later and less clearly.
NEEDS_NO_SERVICES = {
    *("help", "version", "check", "makemigrations", "spectacular", "collectstatic", "findstatic"),
    *("makemessages", "compilemessages", "startapp", "diffsettings", "test"),
}


def main(arguments: list[str]) -> int:
    """Run the command and return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    asks_help = command.startswith("-") or not {"-h", "--help"}.isdisjoint(arguments)
    try:
        if not (settings.SERVICES_KNOWN or asks_help or command in NEEDS_NO_SERVICES):
            folder = Path(settings.FLEET_DATA)
            sys.stderr.write(
                f"No services are up (none noted in {folder}): run `make run` first, "
                "or set DATABASE_URL and BROKER_URL.\n"
            )
            return 2
        execute_from_command_line(arguments)
    except ImproperlyConfigured as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
