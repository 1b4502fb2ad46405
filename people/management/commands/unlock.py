"""`manage.py unlock NAME`: lets a name that was locked out try to sign in again, at once."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from people import deeds
from people.models import Deed


class Command(BaseCommand):
    """Forgets the wrong sign-ins of a name, of everywhere or of one address."""

    help = "Unlock a user name that was locked out by wrong sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, and from where."""
        parser.add_argument("username", metavar="NAME")
        parser.add_argument("--address", help="only for this address")
        parser.add_argument(
            "--factors", action="store_true", help="forget the second factors, too: phone lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line."""
        del args
        name, address = options["username"], options["address"]
        count = reset(ip=address, username=name)
        if count:
            deeds.record(
                deeds.COMMAND_LINE, Deed.What.UNLOCKED, timezone.now(), about=name, only_for=address
            )
        what = "may sign in again" if count else "was not locked"
        self.stdout.write(f"{name} {what}")
        if options["factors"]:
            self.stdout.write(f"{_forget(name)} second factors forgotten")


def _forget(name: str) -> int:
    """Take every factor away; the password alone lets in until another is added."""
    with transaction.atomic():
        gone: int = Authenticator.objects.filter(user__username=name).delete()[0]
        if gone:
            deeds.record(
                deeds.COMMAND_LINE, Deed.What.FACTOR_REMOVED, timezone.now(), about=name, rows=gone
            )
    return gone
