"""`manage.py apitoken USERNAME`: makes a REST token and prints it alone, for scripts to catch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people import deeds, groups, networks, tokens
from people.models import Deed
from people.roles import Role, lower

LONGEST = 3650  # days; a token that never expires is a token that nobody remembers


class Command(BaseCommand):
    """The token is shown here and never again."""

    help = "Make a REST token for a user and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Owner, name, limits."""
        parser.add_argument("username")
        parser.add_argument("--name", default="script", help="what will use it")
        parser.add_argument("--role", choices=Role.values, help="less than the owner's, if wanted")
        parser.add_argument("--read-only", action="store_true", help="may only read")
        parser.add_argument(
            "--address", default="", help="networks it may be used from, 10.0.0.0/8"
        )
        parser.add_argument("--days", type=int, default=90, help="lifetime; 90 if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token on a line of its own and nothing else."""
        del args
        if not 1 <= options["days"] <= LONGEST:
            raise CommandError(f"--days takes 1 to {LONGEST}, not {options['days']}")
        owner = _owner(options["username"])
        token, text = tokens.make(
            owner,
            options["name"],
            timezone.now(),
            role=_role(owner, options["role"]),
            lifetime=timedelta(days=options["days"]),
            read_only=options["read_only"],
            addresses=_networks(options["address"]),
        )
        about = f"{token} ({owner.username})"
        deeds.record(deeds.COMMAND_LINE, Deed.What.TOKEN_MADE, token.created_at, about=about)
        self.stdout.write(text)


def _networks(text: str) -> list[str]:
    try:
        return networks.read(text)
    except ValueError as fault:
        raise CommandError(f"--address takes networks such as 10.0.0.0/8: {fault}") from fault


def _owner(username: str) -> User:
    owner = User.objects.filter(username=username, is_active=True).first()
    if owner is None:
        raise CommandError(f"no active user is named {username!r}: manage.py adduser makes one")
    return owner


def _role(owner: User, wanted: str | None) -> Role:
    held = groups.role_of(owner)
    if held is None:
        raise CommandError(f"{owner.username} has no role: manage.py adduser gives one")
    return lower(held, Role(wanted)) if wanted else held
