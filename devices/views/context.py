"""What every page says of a device cloud that refuses us or is silent. One small query."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from devices.models import Project
from devices.tuya.errors import explain


@dataclass(frozen=True)
class Parked:
    """Why no call is made to the cloud at all, in the reader's language."""

    code: int
    message: str
    meaning: str
    advice: str
    since: datetime | None


def cloud(_request: HttpRequest) -> dict[str, Any]:
    """Offer `parked`, `cloud_pause` and `cloud_unread`; asked only by templates that need them."""
    troubled = cache(_troubled)
    return {
        "parked": SimpleLazyObject(lambda: parked(troubled())),
        "cloud_pause": SimpleLazyObject(lambda: paused(troubled())),
        "cloud_unread": SimpleLazyObject(lambda: unread(troubled())),
    }


def _troubled() -> Project:
    """Return the project's row when there is something to say of it, else an empty one."""
    told = ("parked_code", "parked_message", "parked_at", "paused_at", "paused_by", "paused_reason")
    found = Project.objects.only(*told, "failures", "last_ok_at").filter(
        Q(parked_code__isnull=False) | Q(paused_at__isnull=False) | Q(failures__gt=0),
        client_id=settings.TUYA_CLIENT_ID,
        base_url=settings.TUYA_BASE_URL,
    )
    return found.first() or Project()


def paused(found: Project) -> Project | None:
    """Return the row that says who paused the cloud, since when and why; None when nobody did."""
    return found if found.paused_at else None


def unread(found: Project) -> Project | None:
    """Return the row when the cloud could not be read at the last try; None while all is well."""
    troubled = found.paused_at or found.parked_code is not None or found.failures
    return found if troubled else None


def parked(found: Project) -> Parked | None:
    """Return why the account is parked, or None when it is not."""
    if found.parked_code is None:
        return None
    known = explain(found.parked_code)
    chinese = (get_language() or "").startswith("zh")
    return Parked(
        code=found.parked_code,
        message=found.parked_message,
        meaning=known.meaning_zh if chinese else known.meaning_en,
        advice=known.advice_zh if chinese else known.advice_en,
        since=found.parked_at,
    )
