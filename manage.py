#!/usr/bin/env python
"""Runs a management command; says in one sentence what is wrong with the environment."""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line, get_commands

# Everything else reads or writes rows, and would only fail later and less clearly.
NEEDS_NO_SERVICES = {
    *("help", "version", "check", "makemigrations", "spectacular", "collectstatic", "findstatic"),
    *("makemessages", "compilemessages", "startapp", "diffsettings", "test"),
}

OURS = {"fleet", "devices", "people", "reporting"}  # apps whose commands work on the rows
SAY_IT_THEMSELVES = {"doctor", "restored"}


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
        if not asks_help and (unfit := misfit(command)):
            sys.stderr.write(f"{unfit}\n")
            return 2
        execute_from_command_line(arguments)
    except ImproperlyConfigured as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def misfit(command: str) -> str:
    """Return why the command cannot work on this database, and the next step; mostly empty."""
    django.setup()
    if get_commands().get(command) not in OURS or command in SAY_IT_THEMSELVES:
        return ""
    from fleet import release  # noqa: PLC0415 - it needs the settings, which may be at fault

    return release.misfit()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
