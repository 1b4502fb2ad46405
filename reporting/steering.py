"""Staff's hands on the delivery: pause, resume, tell again, retry. Page and REST ask here.

Rights are asked at the edge; what was done is logged with who did it.
"""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from pages import live

from . import outbox, sinks
from .models import Cell, Sink

logger = logging.getLogger(__name__)
DIRTY = Q(version__gt=F("acked_version"))


def pause(by: str, reason: str, now: datetime) -> Sink:
    """Stop sending; changes are collected on. A second pause keeps the first one's words."""
    sinks.ensure()
    with transaction.atomic():
        changed = Sink.objects.filter(paused=False).update(
            paused=True, paused_by=by, paused_reason=reason[:300], paused_at=now
        )
        live.announce("delivery")
    if changed:
        logger.info("delivery paused", extra={"by": by, "reason": reason})
    return sinks.ensure()


def resume(by: str) -> Sink:
    """Send again, at once: a road that Fleet itself had closed is tried as well."""
    sinks.ensure()
    with transaction.atomic():
        Sink.objects.update(
            paused=False, paused_by="", paused_reason="", paused_at=None, next_try_at=None
        )
        live.announce("delivery")
        outbox.wake_after_commit(0)
    logger.info("delivery resumed", extra={"by": by})
    return sinks.ensure()


def tell_again(by: str, now: datetime, device_keys: Collection[str] | None = None) -> int:
    """Tell USH everything again, or all of some devices; give how many cells will be sent."""
    count = outbox.resync(now, device_keys)
    logger.info("delivery resync", extra={"by": by, "cells": count})
    return count


def retry_quarantined(by: str, now: datetime, device_keys: Collection[str] | None = None) -> int:
    """Try the quarantined at once, each alone; give how many."""
    some = Q() if device_keys is None else Q(device_key__in=device_keys)
    with transaction.atomic():
        stuck = Cell.objects.filter(DIRTY, some, lane=Cell.Lane.QUARANTINE)
        ordered = stuck.select_for_update(no_key=True).order_by("ush_device_id", "property")
        ids = list(ordered.values_list("pk", flat=True))
        Cell.objects.filter(pk__in=ids).update(next_try_at=now)
        live.announce("delivery")
        outbox.wake_after_commit(0)
    logger.info("quarantine retried", extra={"by": by, "cells": len(ids)})
    return len(ids)
