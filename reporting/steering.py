"""Staff's hands on the delivery: pause, resume, tell again, retry, discard. Page and REST ask here.

Rights are asked at the edge; what was done is kept with who did it, in the same transaction.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from pages import live

from . import deeds, outbox, sinks
from .models import Cell, Sink

DIRTY = Q(version__gt=F("acked_version"))
NAMED = 50


def pause(by: str, reason: str, now: datetime) -> Sink:
    """Stop sending; changes are collected on. A second pause keeps the first one's words."""
    sinks.ensure()
    with transaction.atomic():
        changed = Sink.objects.filter(paused=False).update(
            paused=True, paused_by=by, paused_reason=reason[:300], paused_at=now
        )
        if changed:
            deeds.note(by, "pause", now, reason=reason[:300])
        live.announce("delivery")
    return sinks.ensure()


def resume(by: str, now: datetime) -> Sink:
    """Send again, at once: a road that Fleet itself had closed is tried as well."""
    sinks.ensure()
    with transaction.atomic():
        Sink.objects.update(
            paused=False, paused_by="", paused_reason="", paused_at=None, next_try_at=None
        )
        deeds.note(by, "resume", now)
        live.announce("delivery")
        outbox.wake_after_commit(0)
    return sinks.ensure()


def tell_again(by: str, now: datetime, device_keys: Collection[str] | None = None) -> int:
    """Tell USH everything again, or all of some devices; give how many cells will be sent."""
    with transaction.atomic():
        count = outbox.resync(now, device_keys)
        deeds.note(by, "resync", now, cells=count, **_named(device_keys))
    return count


def retry_quarantined(
    by: str,
    now: datetime,
    device_keys: Collection[str] | None = None,
    cell_ids: Collection[int] | None = None,
) -> int:
    """Try the quarantined at once, each alone; give how many."""
    with transaction.atomic():
        stuck = _stuck(device_keys, cell_ids)
        Cell.objects.filter(pk__in=stuck).update(next_try_at=now)
        deeds.note(by, "retry", now, cells=len(stuck), **_named(device_keys))
        live.announce("delivery")
        outbox.wake_after_commit(0)
    return len(stuck)


def discard(
    by: str,
    now: datetime,
    device_keys: Collection[str] | None = None,
    cell_ids: Collection[int] | None = None,
) -> int:
    """Give up quarantined values: USH is not told until they change; give how many."""
    with transaction.atomic():
        stuck = _stuck(device_keys, cell_ids)
        Cell.objects.filter(pk__in=stuck).update(
            acked_version=F("version"),
            lane=Cell.Lane.HEALTHY,
            discarded=True,
            attempts=0,
            in_flight=False,
            confirm=False,
        )
        deeds.note(by, "discard", now, cells=len(stuck), **_named(device_keys))
        live.announce("delivery")
    return len(stuck)


def _stuck(device_keys: Collection[str] | None, cell_ids: Collection[int] | None) -> list[int]:
    """Lock the quarantined cells, in the order that everyone keeps."""
    found = Cell.objects.filter(DIRTY, lane=Cell.Lane.QUARANTINE)
    found = found if device_keys is None else found.filter(device_key__in=device_keys)
    found = found if cell_ids is None else found.filter(pk__in=cell_ids)
    ordered = found.select_for_update(no_key=True).order_by("ush_device_id", "property")
    return list(ordered.values_list("pk", flat=True))


def _named(device_keys: Collection[str] | None) -> dict[str, list[str]]:
    """Name the devices of a deed; of very many the first."""
    return {} if device_keys is None else {"devices": sorted(device_keys)[:NAMED]}
