"""Takes in what the message service pushes: stored first, acknowledged after, each change once.

It proves nothing and replaces nothing: listings and logs are read on, and the log's own row takes
the place of what the feed said.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from pages import live

from . import bell, latest, project
from .events import Event, clean, millis, store
from .intake import LONGEST, OFFLINE, ONLINE, REPORTED
from .models import Device, LogEntry, Provenance, SyncRun
from .tuya.consumer import Consumer, consuming
from .tuya.errors import Unavailable
from .tuya.feed import Happened, Message, Notice, Reported

logger = logging.getLogger(__name__)

LOCK = 0x66656564
MOST = 500  # messages in one transaction
WAIT_S = 1.0  # for a first message, between two looks whether to end
GATHER_S = 0.05  # for a batch to come together once its first message is there
NOTED = timedelta(seconds=5)  # between two writings of a run's figures
STRETCH = timedelta(hours=1)  # a run of the resident feed ends after this, and the next begins
SWITCHES = {"online": ONLINE, "offline": OFFLINE}


@dataclass(slots=True)
class _Tally:
    messages: int = 0
    changed: int = 0
    rows: int = 0
    unread: int = 0


def follow(
    now: datetime,
    *,
    idle: float | None = None,
    ended: Callable[[], bool] = lambda: False,
    stretch: timedelta = STRETCH,
) -> SyncRun | None:
    """Take in messages for a stretch, or until none came for `idle` seconds, or until `ended()`.

    None: another process is at it, or a person paused the cloud.
    """
    with project.only_one(LOCK) as alone:
        if not alone or project.paused():
            return None
        SyncRun.objects.filter(kind=SyncRun.Kind.FEED, outcome=SyncRun.Outcome.RUNNING).update(
            outcome=SyncRun.Outcome.FAILED,
            error=gettext_noop("The process was ended in mid-run."),
            finished_at=now,
        )
        run = SyncRun.objects.create(kind=SyncRun.Kind.FEED, started_at=now)
        ends = now + stretch
        return _run(run, idle, lambda: ended() or timezone.now() >= ends)


def _run(run: SyncRun, idle: float | None, ended: Callable[[], bool]) -> SyncRun:
    tally = _Tally()
    try:
        with consuming(
            settings.TUYA_FEED_URL,
            settings.TUYA_CLIENT_ID,
            settings.TUYA_CLIENT_SECRET,
            settings.TUYA_FEED,
        ) as consumer:
            _note(run, tally)
            _consume(consumer, run, tally, idle, ended)
        run.outcome = SyncRun.Outcome.COMPLETE
    except Unavailable as error:
        run.outcome, run.error = SyncRun.Outcome.INCOMPLETE, str(error)
        logger.warning("feed broke off", extra={"error": str(error)})
    finally:
        if run.outcome == SyncRun.Outcome.RUNNING:
            run.outcome = SyncRun.Outcome.FAILED
            run.error = gettext_noop("Fleet itself failed; see its log.")
        run.finished_at = timezone.now()
        _note(run, tally)
    return run


def _consume(
    consumer: Consumer,
    run: SyncRun,
    tally: _Tally,
    idle: float | None,
    ended: Callable[[], bool],
) -> None:
    noted, heard = timezone.now(), time.monotonic()
    while not ended():
        batch = _gather(consumer, WAIT_S if idle is None else min(idle, WAIT_S))
        if batch:
            heard = time.monotonic()
            _take(batch, tally)
            for message in batch:
                consumer.acknowledge(message.id)
        elif idle is not None and time.monotonic() - heard > idle:
            return
        if timezone.now() - noted > NOTED:
            noted = timezone.now()
            _note(run, tally)
            if project.paused():
                return


def _gather(consumer: Consumer, wait: float) -> list[Message]:
    """Return the messages that are there; waits so many seconds for the first."""
    batch: list[Message] = []
    while len(batch) < MOST:
        message = consumer.receive(wait)
        if message is None:
            break
        batch.append(message)
        wait = GATHER_S
    return batch


def _take(batch: Sequence[Message], tally: _Tally) -> None:
    faults = [message.fault for message in batch if message.fault]
    if faults:
        # Acknowledged all the same: it would come again and again, and stop the others.
        logger.warning("feed: unreadable", extra={"count": len(faults), "error": faults[0]})
    tally.messages += len(batch)
    tally.unread += len(faults)
    changed, rows = take([one for message in batch for one in message.notices], timezone.now())
    tally.changed += changed
    tally.rows += rows


def take(notices: Iterable[Notice], now: datetime) -> tuple[int, int]:
    """Store what a batch says, in one transaction; return how many devices and how many rows.

    What it says of a device that is not mirrored, or of comings and goings, is a reason to look.
    """
    by_device: dict[str, list[Notice]] = {}
    for notice in notices:
        by_device.setdefault(notice.device_id, []).append(notice)
    if not by_device:
        return 0, 0
    seen = _looked_before()
    with transaction.atomic():
        held = Device.objects.filter(device_id__in=list(by_device)).order_by("pk")
        devices = list(held.select_for_update(of=("self",)).select_related("product"))
        events = {device: _events(device, by_device[device.device_id]) for device in devices}
        rows = store([one for found in events.values() for one in found], now)
        for device, found in events.items():
            latest.bring_up_to_date(device, found, seen, now)
        if rows:
            live.announce("logs", [device.device_id for device in devices])
        if len(devices) < len(by_device) or _moves(by_device.values()):
            bell.ring_sync()
    return len(devices), rows


def _looked_before() -> int:
    """Return when the last complete look began, by the vendor's clock; 0 before the first."""
    looks = SyncRun.objects.filter(kind=SyncRun.Kind.SYNC, outcome=SyncRun.Outcome.COMPLETE)
    began = looks.values_list("started_at", flat=True).first()
    return millis(began) + project.current().clock_offset_ms if began else 0


def _moves(told: Iterable[Sequence[Notice]]) -> bool:
    flat = (notice for notices in told for notice in notices)
    return any(isinstance(one, Happened) and one.kind in ("left", "joined") for one in flat)


def _events(device: Device, notices: Sequence[Notice]) -> list[Event]:
    found = (
        _reported(device, one) if isinstance(one, Reported) else _happened(device, one)
        for one in notices
    )
    return [event for event in found if event is not None]


def _reported(device: Device, notice: Reported) -> Event:
    value = clean(notice.value)
    return _event(device, notice.at, REPORTED, code=clean(notice.code)[:64], value=value)


def _happened(device: Device, notice: Happened) -> Event | None:
    if notice.kind in SWITCHES:
        return _event(device, notice.at, SWITCHES[notice.kind])
    if notice.kind == "renamed":
        return _renamed(device, notice)
    return None


def _renamed(device: Device, notice: Happened) -> Event | None:
    before, name = device.name, clean(notice.name)[: LONGEST["name"]]
    if name == before:
        return None
    device.name = name
    Device.objects.filter(pk=device.pk).update(name=name, listing_digest=b"")
    change = {"from": before, "to": name}
    return _event(device, notice.at, LogEntry.Own.RENAMED, value=change)


def _event(device: Device, at: int, event_id: int, code: str = "", value: Any = None) -> Event:
    return Event(
        device=device.pk,
        at=at,
        event_id=event_id,
        provenance=Provenance.FEED,
        code=code,
        value=value,
        not_before=at,
    )


def _note(run: SyncRun, tally: _Tally) -> None:
    """Write down how far the run is."""
    run.seen, run.changed, run.rows = tally.messages, tally.changed, tally.rows
    if tally.unread and not run.error:
        run.error = gettext_noop("%s messages could not be read") % tally.unread
    with transaction.atomic():
        run.save()
        live.announce("cloud")
