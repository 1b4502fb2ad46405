"""People of the tests: one line makes a user, a token or a client of a role."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from people import groups, tokens
from people.roles import Role


class Asking:
    """What `deeds.who` reads of a request."""

    META = {"REMOTE_ADDR": "192.0.2.7"}
    auth = None

    def __init__(self, user):
        self.user = user


def user(role=Role.VIEWER, name=None):
    made = User.objects.create_user(name or f"{role or 'nobody'}-{User.objects.count()}")
    if role:
        groups.give(made, Role(role))
    return made


def token(owner, role=Role.ADMIN, *, read_only=False, lifetime=timedelta(days=1), now=None):
    """The row and its text."""
    now = now or timezone.now()
    return tokens.make(owner, "test", now, role=role, lifetime=lifetime, read_only=read_only)


def api(role=Role.VIEWER, **limits):
    """A REST client with a token of a new user of the role."""
    owner = user(role)
    client = APIClient()
    text = token(owner, role, **limits)[1]
    # not the token's first call of the day: that one is on record, which costs queries of its own
    lately = timezone.now() - timedelta(minutes=2)
    owner.api_tokens.update(last_used_at=lately, last_address="127.0.0.1")
    client.credentials(HTTP_AUTHORIZATION=f"Token {text}")
    client.owner = owner
    return client
