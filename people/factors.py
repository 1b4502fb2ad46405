"""Second factors: their secrets are stored encrypted, as everything is that opens a door."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


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


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
