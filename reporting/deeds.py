"""Notes what staff did about the delivery, with who did it. Only adds; reads for the page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .models import Deed

SHOWN = 20


def note(who: str, what: str, now: datetime, **details: Any) -> Deed:
    """Add one deed, in the caller's transaction."""
    return Deed.objects.create(at=now, who=who[:150], what=what, details=details)


def latest() -> Sequence[Deed]:
    """Give the newest, the newest first."""
    return list(Deed.objects.order_by("-at", "-id")[:SHOWN])
