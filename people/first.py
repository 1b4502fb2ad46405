"""Makes the first user, so that a fresh Fleet can be entered. Does nothing where users exist."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.db import transaction

from people import groups
from people.roles import Role


def ensure_first_user(username: str, password: str | None = None) -> str | None:
    """The password of the admin just made (generated when none is given); None if users exist."""
    with transaction.atomic():
        groups.ensure_roles()
        if User.objects.exists():
            return None
        chosen = password or new_password()
        groups.give(User.objects.create_user(username, password=chosen), Role.ADMIN)
    return chosen


def new_password() -> str:
    """A password that nobody guesses and a person can still copy."""
    return secrets.token_urlsafe(12)
