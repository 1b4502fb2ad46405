"""Encrypts anew, under the newest key, what lies encrypted under an older one. Shows nothing of it.

Walks by key in short steps; what is under the newest key is left alone, so a run that was broken
off is continued by the next. Device workers may write meanwhile: what they wrote first stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast

from people import factors

from .models.secret import EncryptedTextField

STEP = 500  # rows in one transaction
TEXT = models.TextField()


@dataclass(slots=True)
class Rotated:
    """How many values were encrypted anew, were so already, and cannot be opened by any key."""

    rotated: int = 0
    current: int = 0
    unreadable: int = 0

    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"rotate_keys: {self.rotated} encrypted anew, {self.current} were under the newest"
            f" key already, {self.unreadable} are opened by none of the keys"
        )


def rotate() -> Rotated:
    """Go through every encrypted column of every table."""
    keys = [Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS]
    done = Rotated()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001  how Django lists a model's columns
            if isinstance(field, EncryptedTextField):
                for rows in _steps(model, field.name):
                    _rotate(model, field.name, rows, keys, done)
    factors.rotate(done)
    return done


def _steps(model: type[models.Model], column: str) -> Iterator[list[tuple[int, str]]]:
    """Yield (key, ciphertext) of the rows that have a value, a step at a time."""
    last = 0
    # the cast keeps the column from decrypting itself
    stored = model._default_manager.exclude(**{column: ""}).annotate(  # noqa: SLF001
        cipher=Cast(F(column), TEXT)
    )
    while rows := list(
        stored.filter(pk__gt=last).order_by("pk").values_list("pk", "cipher")[:STEP]
    ):
        yield rows
        last = rows[-1][0]


def _rotate(
    model: type[models.Model],
    column: str,
    rows: list[tuple[int, str]],
    keys: list[Fernet],
    done: Rotated,
) -> None:
    with transaction.atomic():
        for pk, old in rows:
            new = _anew(old, keys)
            if new is None:
                done.unreadable += 1
            elif new == old:
                done.current += 1
            else:
                same = model._default_manager.annotate(cipher=Cast(F(column), TEXT)).filter(  # noqa: SLF001
                    pk=pk, cipher=old
                )
                done.rotated += same.update(**{column: Value(new, TEXT)})


def _anew(old: str, keys: list[Fernet]) -> str | None:
    """Return the value under the newest key, the same text where it is; None: no key opens it."""
    try:
        keys[0].decrypt(old.encode())
    except InvalidToken:
        try:
            return MultiFernet(keys).rotate(old.encode()).decode()
        except InvalidToken:
            return None
    return old
