"""Second factors: their secrets are stored encrypted, as everything is that opens a door."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SECRETS = {"secret", "seed"}  # an app's, and what recovery codes are made from


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # it ships no types
    """Encrypts with FIELD_ENCRYPTION_KEYS, newest first."""

    def encrypt(self, text: str) -> str:
        """What is stored."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted, by any of the keys."""
        return _keys().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send none: Fleet knows no addresses. The record of deeds tells."""


def rotate(done: Any) -> None:
    """Encrypt every secret anew under the newest key, counting in `done` as the rest is counted."""
    newest = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
        for name in SECRETS & set(row.data):
            _rotate(row, name, newest, done)


def _rotate(row: Any, name: str, newest: Fernet, done: Any) -> None:
    try:
        newest.decrypt(row.data[name])
        done.current += 1
    except InvalidToken:
        try:
            row.data[name] = _keys().rotate(row.data[name].encode()).decode()
        except InvalidToken:
            done.unreadable += 1
            return
        row.save(update_fields=["data"])
        done.rotated += 1


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
