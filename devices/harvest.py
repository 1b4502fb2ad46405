"""Reads device logs, window by window, and keeps the books of what is proven.

A window counts as complete only when its walk reached the end. Most endangered first; busy
devices often, quiet ones rarely, none later than the vendor forgets.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from pages import live

from . import books, coverage, hands, latest, particulars, project, sync
from .books import RETENTION
from .coverage import Interval, Ledger
from .datapoints import Specification
from .events import Event, millis, moment, store
from .models import Coverage, Device, Provenance, SyncRun
from .project import Link
from .tuya.errors import Refused, TuyaError, Unavailable
from .tuya.wire import LogRow

logger = logging.getLogger(__name__)

LOCK = 0x68617276
# Who reads writes off what is nearer than this to the edge of the vendor's store: it may be gone
# when the call arrives.
MARGIN = timedelta(minutes=2)
SLICE = timedelta(days=1)  # a window is cut to this when the vendor cannot answer it whole
# A window is said to end silently near 3,000 rows (facts of public clients, unproven): what comes
# near it is read again in slices before anything counts as proven.
SUSPECT_ROWS = 2_900
OVERLAP = timedelta(minutes=10)  # devices report late; what is read twice is stored once
SETTLING = timedelta(seconds=10)  # the newest moments are not proven: rows of them are still coming
RAREST = timedelta(hours=6)
NO_LOGS = 2009  # "not support this device"
AFTER_REFUSAL = timedelta(hours=1)
MOST_SILENT = 2  # devices in a row that no answer can be had of: then it is the cloud's trouble
Part = tuple[int, str]  # rows added by a window or a slice of it, and why it proves nothing
MOST_SECONDS = 240.0  # a run ends in time for the next; what is left is due again at once


def harvest(now: datetime, *, force: bool = False, most: int | None = None) -> SyncRun | None:
    """Read the logs that are due. None: another process is at it, or the cloud is left in peace."""
    with project.only_one(LOCK) as alone:
        if not alone or project.paused():
            return None
        if not (force or project.may_look(project.current(), now)):
            return None
        if not force:
            most = _affordable(now) if most is None else most
            if most == 0 or not (
                Device.objects.due_for_harvest(now).exists() or particulars.due(now)
            ):
                return None
        with project.connect() as cloud:
            return _run(cloud, now, most)


def _affordable(now: datetime) -> int | None:
    """How many devices' logs the month's calls allow to read now; a device is a call at least."""
    last = SyncRun.objects.filter(kind=SyncRun.Kind.HARVEST).first()
    since: timedelta = now - last.started_at if last else settings.HARVEST_INTERVAL
    return project.budget(now).logs_in(since)


def _run(cloud: Link, now: datetime, most: int | None) -> SyncRun:
    run = SyncRun.objects.create(kind=SyncRun.Kind.HARVEST, started_at=now)
    tally = _Tally()
    try:
        _read_due(cloud, now, most, tally)
        particulars.read(cloud, now)
        run.outcome = SyncRun.Outcome.COMPLETE
        run.error = tally.sentence()
    except TuyaError as error:
        run.outcome, run.error_code = SyncRun.Outcome.INCOMPLETE, error.code
        run.error = "; ".join(filter(None, (str(error), tally.sentence())))
        project.failed(cloud.project, error, timezone.now())
    finally:
        run.rows, run.seen = tally.rows, tally.seen
        run.calls, run.finished_at = cloud.meter.total, timezone.now()
        if run.outcome == SyncRun.Outcome.RUNNING:
            run.outcome = SyncRun.Outcome.FAILED
            run.error = run.error or gettext_noop("Fleet itself failed; see its log.")
        with transaction.atomic():
            run.save()
            live.announce("cloud")
    return run


def _read_due(cloud: Link, now: datetime, most: int | None, tally: "_Tally") -> None:
    """Read one device after the other, by as many hands as the quota can use."""
    due = Device.objects.due_for_harvest(now).values_list("pk", flat=True)
    waiting = list(due[:most])
    hands.share(
        _in_time(waiting),
        lambda pk: _one_of_many(cloud, pk, tally),
        hands.enough(settings.TUYA_QPS, len(waiting)),
    )


def _in_time(waiting: list[int]) -> Iterator[int]:
    """A run ends in time for the next; what is left is due again at once."""
    ends = timezone.now() + timedelta(seconds=MOST_SECONDS)
    for pk in waiting:
        if timezone.now() >= ends or project.paused():
            return
        yield pk


def _one_of_many(cloud: Link, pk: int, tally: "_Tally") -> None:
    """Read one device; its own trouble stops no other device, the account's and the cloud's do."""
    read = Device.objects.not_retired().select_related("product", "coverage")
    device = read.filter(pk=pk).first()
    if device is None:
        return
    try:
        rows, why = _read(cloud, device, timezone.now())
    except Refused as error:
        if error.account:
            raise
        tally.add(device, str(error), answered=True)
        _note_refusal(device, error)
    except TuyaError as error:
        tally.add(device, str(error), answered=False)
        known = isinstance(error, Unavailable)
        _put_off(device, settings.HARVEST_INTERVAL if known else AFTER_REFUSAL)
        if tally.silent >= MOST_SILENT or error.retry_after:
            raise
    else:
        tally.add(device, why, answered=True, rows=rows)


@dataclass(slots=True)
class _Tally:
    """What went wrong with single devices in a run, and how many in a row gave no answer."""

    problems: list[str] = field(default_factory=list)
    silent: int = 0
    seen: int = 0
    rows: int = 0
    lock: Lock = field(default_factory=Lock)

    def add(self, device: Device, problem: str, *, answered: bool, rows: int = 0) -> None:
        """Count one device in, from any hand."""
        with self.lock:
            self.silent = 0 if answered else self.silent + 1
            self.seen += 1
            self.rows += rows
            if problem:
                logger.warning("log not read", extra={"device": device.device_id, "error": problem})
                self.problems.append(problem)

    def sentence(self) -> str:
        """Say how many were not read whole, and the first reason."""
        count = len(self.problems)
        words = gettext_noop("%s devices not read whole, first") % count
        return f"{words}: {self.problems[0]}" if count else ""


def _note_refusal(device: Device, error: Refused) -> None:
    if error.code != NO_LOGS:
        _put_off(device, AFTER_REFUSAL)
        return
    now = timezone.now()
    # It is asked again after a day: the vendor has been seen to take such words back.
    Device.objects.filter(pk=device.pk).update(logs_supported=False, harvested_at=now)


def _put_off(device: Device, wait: timedelta) -> None:
    Device.objects.filter(pk=device.pk).update(next_harvest_at=timezone.now() + wait)


def read(cloud: Link, device: Device, now: datetime) -> int:
    """Read everything of one device that is not proven yet; return the rows added."""
    rows, why = _read(cloud, device, now)
    if why:
        logger.warning("log not read whole", extra={"device": device.device_id, "why": why})
    return rows


def _read(cloud: Link, device: Device, now: datetime) -> tuple[int, str]:
    """Return the rows added, and why not all is proven."""
    asked_at = sync.vendor_now(cloud)
    windows = _windows(books.stored(device.coverage), asked_at - _ms(RETENTION), asked_at)
    found = [part for one in windows for part in _whole(cloud, device, one)]
    rows, why = sum(added for added, _why in found), next((why for _, why in found if why), "")
    wait = _next_wait(device, rows, now)
    Device.objects.filter(pk=device.pk).update(
        harvested_at=now, next_harvest_at=now + wait, logs_supported=True
    )
    return rows, why


def _whole(cloud: Link, device: Device, window: Interval) -> list[Part]:
    """Read a window in one walk, which costs fewest calls; in slices when that proves too much."""
    short = window.end - window.start <= _ms(SLICE)
    try:
        events, why = _walk(cloud, device, window)
    except Unavailable:
        if short:
            raise
        return _sliced(cloud, device, window)
    if len(events) >= SUSPECT_ROWS and not short:
        return _sliced(cloud, device, window)
    return [(_keep(cloud, device, window, events, proven=not why), why)]


def _sliced(cloud: Link, device: Device, window: Interval) -> list[Part]:
    """The oldest slice first: it is the next to be forgotten."""
    found = []
    for start in range(window.start, window.end, _ms(SLICE)):
        part = Interval(start, min(start + _ms(SLICE), window.end))
        events, why = _walk(cloud, device, part)
        found.append((_keep(cloud, device, part, events, proven=not why), why))
    return found


def _windows(ledger: Ledger, since: int, now: int) -> list[Interval]:
    """Return what to read: unread stretches, each begun a little early for late arrivals."""
    edge = since + _ms(MARGIN)
    found = coverage.windows(ledger, edge, now, now - since, now - since)
    return [Interval(max(one.start - _ms(OVERLAP), edge), one.end) for one in found]


def _walk(cloud: Link, device: Device, window: Interval) -> tuple[list[Event], str]:
    """Read one window; say why it proves nothing, or nothing when its end was truly reached."""
    specification = Specification.parse(device.product.items if device.product else ())
    rows: list[LogRow] = []
    unreadable, why = 0, "the log broke off"
    for page in cloud.walk_logs(device.device_id, window.start, window.end):
        rows += page.rows
        unreadable += page.unreadable
        why = page.why or ("" if page.last else why)
    if unreadable:
        why = f"{unreadable} log rows could not be read"
    return [event(device.pk, row, specification) for row in rows], why


def event(device: int, row: LogRow, specification: Specification) -> Event:
    """Return the vendor's row as ours: typed value, the text where it differs, numeric source."""
    value = (
        specification.cast(row.code, row.value) if row.code and row.value is not None else row.value
    )
    return Event(
        device=device,
        at=row.event_time,
        event_id=row.event_id,
        provenance=Provenance.LOG,
        code=row.code or "",
        value=value,
        raw=row.value,
        source_id=_source(row.event_from),
    )


def _source(text: str | None) -> int | None:
    """Return the vendor's source number; what is no number is not one of the vendor's."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if -32_768 <= number <= 32_767 else None  # noqa: PLR2004  a smallint


def _keep(
    cloud: Link, device: Device, window: Interval, events: list[Event], *, proven: bool
) -> int:
    now = timezone.now()
    # Of two clocks the earlier one decides: what is proven too far ahead is never read.
    present = min(millis(now), sync.vendor_now(cloud))
    settled = min(window.end, present - _ms(SETTLING))
    with transaction.atomic():
        held = Device.objects.select_for_update(of=("self",)).select_related("product")
        device = held.get(pk=device.pk)
        added = store(events, now)
        if proven:
            _prove(device, window.start, settled, present - _ms(RETENTION) + _ms(MARGIN))
        latest.bring_up_to_date(device, events, sync.looked_before(cloud) or 0, now)
        if added:
            live.announce("logs", [device.device_id])
    return added


def _prove(device: Device, start: int, end: int, edge: int) -> None:
    """Enter what was read to its end, and write off what nobody will ever read before the edge."""
    owed, _made = Coverage.objects.select_for_update().get_or_create(
        device=device, defaults={"since": moment(start)}
    )
    ledger = books.stored(owed)
    if end > start:
        ledger = coverage.prove(ledger, start, end)
    ledger = books.written_off(device, ledger, millis(owed.since), edge)
    stored = coverage.to_json(ledger)
    owed.complete, owed.lost = stored["complete"], stored["lost"]
    owed.save()


def _next_wait(device: Device, rows: int, now: datetime) -> timedelta:
    """Soon again where something happens, twice as long each time where nothing does."""
    if rows or device.harvested_at is None:
        return settings.HARVEST_INTERVAL
    return min(RAREST, max(settings.HARVEST_INTERVAL, 2 * (now - device.harvested_at)))


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
