"""Notes at a start which settings are others than at the start before: names, never values.

Only digests are kept, each with its own salt: nobody finds out a setting from the table.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from people import deeds
from people.models import Deed, SeenSetting

ROUNDS = 20_000  # a few milliseconds each; a short password must not be found by trying


def look(values: Mapping[str, str], now: datetime) -> list[str]:
    """Compare, keep what is new, and return the names that changed; the first start has none."""
    with transaction.atomic():
        known = {row.name: row.digest for row in SeenSetting.objects.select_for_update()}
        others = [name for name in sorted(values) if not _same(values[name], known.get(name))]
        SeenSetting.objects.bulk_create(
            [SeenSetting(name=name, digest=_digest(values[name])) for name in others],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["digest"],
        )
        if not known or not others:
            return []
        deeds.record("start", Deed.What.SETTINGS_CHANGED, now, about=", ".join(others))
    return others


def is_another(name: str, value: str) -> bool:
    """Keep a value that is no setting, and say whether another one was kept before."""
    known = SeenSetting.objects.filter(name=name).first()
    if known is not None and _same(value, known.digest):
        return False
    SeenSetting.objects.update_or_create(name=name, defaults={"digest": _digest(value)})
    return known is not None


def _digest(value: str, salt: str = "") -> str:
    salt = salt or secrets.token_hex(8)
    return f"{salt}${hashlib.pbkdf2_hmac('sha256', value.encode(), salt.encode(), ROUNDS).hex()}"


def _same(value: str, digest: str | None) -> bool:
    return digest is not None and _digest(value, digest.partition("$")[0]) == digest
