"""A text column that is encrypted at rest. The database and its dumps hold ciphertext."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """Encrypts with the newest of `FIELD_ENCRYPTION_KEYS`, decrypts with any of them (rotation)."""

    def get_prep_value(self, value: Any) -> Any:
        """Ciphertext for the database; an empty text stays empty, so that "none" can be counted."""
        return _keys().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        """Plain text; what no listed key opens reads as empty instead of breaking pages."""
        if not value:
            return value
        try:
            return _keys().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""
