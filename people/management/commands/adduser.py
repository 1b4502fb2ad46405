"""`manage.py adduser NAME --role R`: makes a user, or gives an existing one another role."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from people import deeds, groups
from people.deeds import COMMAND_LINE
from people.first import new_password
from people.models import Deed
from people.roles import Role


class Command(BaseCommand):
    """Prints a generated password once; it is stored only as a hash."""

    help = (
        "Make a user with a role; an existing user gets the role, and the password if one is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name, role, password."""
        parser.add_argument("username", metavar="NAME")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--password", help="generated and printed when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or change the user in one transaction."""
        del args
        name, role, given = (
            options["username"],
            Role(options["role"]),
            options["password"],
        )
        _check(name)
        with transaction.atomic():
            user, made = User.objects.get_or_create(username=name)
            password = given or (new_password() if made else None)
            if password:
                user.set_password(password)
                user.save(update_fields=["password"])
            groups.give(user, role)
            what = Deed.What.USER_ADDED if made else Deed.What.ROLE_GIVEN
            deeds.record(COMMAND_LINE, what, timezone.now(), about=name, role=role.value)
            if password and not made:
                deeds.record(COMMAND_LINE, Deed.What.PASSWORD_RENEWED, timezone.now(), about=name)
        self.stdout.write(f"{name} is now {role.value}")
        if password and not given:
            self.stdout.write(f"password: {password}")


def _check(name: str) -> None:
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError as fault:
        raise CommandError(f"{name!r} is no user name: {' '.join(fault.messages)}") from fault
