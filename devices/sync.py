"""Lists the cloud's devices and stores what changed. Absence needs a list that truly ended.

beat -> sync() -> listing pages -> intake.take() a page -> who is missing -> specifications
"""

import logging
from array import array
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop
from msgspec.structs import replace

from pages import live
from reporting import outbox
from reporting.letters import DeviceGone

from . import hands, intake, particulars, project, specifications
from .catalogue import Catalogue
from .events import Event, millis, store
from .intake import Look, Taken
from .models import Device, LogEntry, OperationItem, Provenance, SyncRun
from .project import Link
from .tuya.errors import Refused, TuyaError, Unavailable, Unintelligible
from .tuya.wire import Page

logger = logging.getLogger(__name__)

LOCK = 0x73796E63
GONE = {1106, 2010}  # "permission deny", "device not exist": what the cloud says of an id it lost
DENIALS = 2  # runs in which it must say so before a device counts as removed
MOST_QUESTIONS = 20  # ids asked for one by one in a run: each is a call
YOUNG, SOON_AGAIN = timedelta(minutes=10), timedelta(seconds=5)  # while it is freshly missing
LATE_AGAIN = timedelta(hours=1)
HANDS = 3  # one asks while two write: more would wait for the same list and the same disk
FORGOTTEN = timedelta(minutes=30)  # a run that old without an end was killed


def sync(now: datetime, *, force: bool = False) -> SyncRun | None:
    """Look at all devices once. None: another process is at it, or the cloud is left in peace."""
    with project.only_one(LOCK) as alone:
        if not alone or project.paused() or not (force or _may_look(now)):
            return None
        with project.connect() as cloud:
            return _run(cloud, now)


def _may_look(now: datetime) -> bool:
    """Whether the cloud may be asked again, by its troubles and by what the month's calls allow."""
    last = SyncRun.objects.filter(kind=SyncRun.Kind.SYNC).first()
    wait = project.budget(now).list_wait(last.calls) if last else timedelta(0)
    return project.may_look(project.current(), now) and (
        last is None or last.started_at + wait <= now
    )


def _run(cloud: Link, now: datetime) -> SyncRun:
    _bury_killed(now)
    run = SyncRun.objects.create(kind=SyncRun.Kind.SYNC, started_at=now)
    walk = _Walk(cloud, now)
    taken = walk.taken
    try:
        walk.go()
        last = walk.last
        complete = last is not None and last.complete
        run.error = "" if complete else _shortfall(last)
        if complete:
            run.missing = _mark_missing(taken.seen + walk.spared, now)
            _ask_for_missing(cloud, now)
        walk.specifications.read_missing()
        run.outcome = SyncRun.Outcome.COMPLETE if complete else SyncRun.Outcome.INCOMPLETE
        project.succeeded(cloud.project, now)
    except TuyaError as error:
        run.outcome = SyncRun.Outcome.INCOMPLETE if taken.seen else SyncRun.Outcome.FAILED
        run.error, run.error_code = str(error), error.code
        project.failed(cloud.project, error, timezone.now())
        logger.warning("sync stopped", extra={"error": str(error), "seen": len(taken.seen)})
    finally:
        _close(run, taken, cloud.meter.total)
    return run


def _shortfall(last: Page | None) -> str:
    """Say why the look is not complete."""
    if project.paused():
        return gettext_noop("A person paused the device cloud.")
    return last.why if last else "the cloud gave no page"


class _Walk:
    """One look's way through the pages of the list: what it saw, and where it ended."""

    def __init__(self, cloud: Link, now: datetime) -> None:
        self.taken = Taken()
        self.last: Page | None = None  # it says whether the list truly ended
        self.products = Catalogue()
        self.retired = _retired()
        self.spared = array("q", self.retired.values() if settings.TUYA_DISCOVERY == "ids" else ())
        self.specifications = specifications.Reader(cloud, self.products, now)
        self._cloud, self._now, self._before = cloud, now, _last_complete()
        self._lock = Lock()

    def go(self) -> None:
        """Store page after page; while one is written, the next is asked for."""
        pages = self._pages()
        for asked_at, page in pages:
            self._store((asked_at, page))
            if not page.complete and not page.why:  # a list of one page needs no other hands
                hands.share(pages, self._store, HANDS)

    def _pages(self) -> Iterator[tuple[int, Page]]:
        for asked_at, page in _pages(self._cloud, self.retired):
            self.last = page
            yield asked_at, page

    def _store(self, found: tuple[int, Page]) -> None:
        asked_at, page = found
        self.specifications.meet(page.devices)
        look = Look(at=asked_at, before=_by_vendor(self._before, self._cloud), now=self._now)
        taken = intake.take(page.devices, look, self.products)
        with self._lock:
            self.taken.add(taken)


def _retired() -> dict[str, int]:
    """Return those that no call is spent on, by id, with their keys.

    Who is asked for in a list of ids is asked for on, while a proof is looked for: a list that
    lacks it is one of two witnesses that it was removed.
    """
    looked_for = OperationItem.objects.filter(next_look_at__isnull=False).values("device_id")
    retired = Device.objects.retired().exclude(pk__in=looked_for)
    return dict(retired.values_list("device_id", "pk"))


def _pages(cloud: Link, retired: Collection[str] = ()) -> Iterator[tuple[int, Page]]:
    """Each page with the moment before it was asked for, on the vendor's clock.

    A poll stamped with the moment of its answer could beat a push that came while it ran. The
    vendor's clock is taken as the answer left it: the call may have found that it is another.
    """
    ids: list[str] = []
    if settings.TUYA_DISCOVERY == "ids":
        known = Device.objects.not_removed().values_list("device_id", flat=True)
        ids = [one for one in known if one not in retired]
    pages = iter(cloud.listing(settings.TUYA_DISCOVERY, ids))
    while True:
        asked_at = millis(timezone.now())
        page = next(pages, None)
        if page is None:
            return
        stamp = asked_at + cloud.offset_ms
        yield stamp, _with_status(cloud, page, retired)


def vendor_now(cloud: Link) -> int:
    """Return the vendor's present time in ms, as far as its answers told it."""
    return millis(timezone.now()) + cloud.offset_ms


def _with_status(cloud: Link, page: Page, retired: Collection[str]) -> Page:
    """Fill in the state where the listing carries none (the `thing` listing)."""
    bare = [one.id for one in page.devices if one.status is None and one.id not in retired]
    if not bare:
        return page
    found = cloud.statuses(bare)
    return replace(
        page,
        devices=tuple(
            replace(device, status=found.get(device.id)) if device.status is None else device
            for device in page.devices
        ),
    )


def looked_before(cloud: Link) -> int | None:
    """Return when the last complete look began, by the earlier of our clock and the vendor's."""
    return _by_vendor(_last_complete(), cloud)


def _last_complete() -> datetime | None:
    runs = SyncRun.objects.filter(kind=SyncRun.Kind.SYNC, outcome=SyncRun.Outcome.COMPLETE)
    return runs.values_list("started_at", flat=True).first()


def _by_vendor(started_at: datetime | None, cloud: Link) -> int | None:
    """Too early only widens where a change may lie; too late would leave its log row outside."""
    return None if started_at is None else millis(started_at) + min(0, cloud.offset_ms)


def _unseen(seen: "array[int]") -> list[int]:
    """Return the keys of present devices that were not seen; marks are a byte each, not an int."""
    marks = bytearray(max(seen, default=0) + 1)
    for pk in seen:
        marks[pk] = 1
    present = Device.objects.present().values_list("pk", flat=True).order_by("pk")
    return [pk for pk in present.iterator() if pk >= len(marks) or not marks[pk]]


def _mark_missing(seen: "array[int]", now: datetime) -> int:
    left = _unseen(seen)
    if not left:
        return 0
    words = gettext_noop("The cloud's list no longer names it.")
    with transaction.atomic():
        rows = Device.objects.present().filter(pk__in=left)
        count = rows.update(
            state=Device.State.MISSING,
            state_since=now,
            state_reason=words,
            absences=0,
            next_harvest_at=now,
        )
        events = [_own(pk, LogEntry.Own.WENT_MISSING, now) for pk in left]
        store(events, now)
        live.announce("devices", [str(pk) for pk in left])
    return count


def _own(pk: int, event_id: int, now: datetime) -> Event:
    return Event(device=pk, at=millis(now), event_id=event_id, provenance=Provenance.INFERRED)


def _ask_for_missing(cloud: Link, now: datetime) -> None:
    """Ask the cloud itself for those that the list left out, by id; each answer is a call."""
    late = Q(state_since__gt=now - YOUNG) & Q(asked_at__lt=now - SOON_AGAIN)
    rows = Device.objects.not_retired().filter(
        Q(state=Device.State.MISSING),
        Q(asked_at=None) | late | Q(asked_at__lt=now - LATE_AGAIN),
    )
    for device in rows.order_by(F("asked_at").asc(nulls_first=True), "pk")[:MOST_QUESTIONS]:
        Device.objects.filter(pk=device.pk).update(asked_at=now)
        try:
            _ask(cloud, device, now)
        except Unavailable as error:  # it was asked last, so the next run begins with the others
            logger.warning("missing devices not asked", extra={"error": str(error)})
            return


def _ask(cloud: Link, device: Device, now: datetime) -> None:
    try:
        cloud.device(device.device_id)
    except Refused as error:
        if error.account:
            raise
        if error.code in GONE:
            _deny(device, error, now)
    except Unintelligible as error:
        logger.warning("missing device not asked", extra={"error": str(error)})
    else:  # the cloud knows it, its list does not: it stays missing, and denials start anew
        Device.objects.filter(pk=device.pk).update(absences=0)


def _deny(device: Device, error: Refused, now: datetime) -> None:
    device.absences += 1
    if device.absences >= DENIALS:
        words = gettext_noop("The cloud denied it in %s runs") % DENIALS
        reason = f"{words}: {error.code} {error.message}".strip()
        mark_removed(device, reason, now)
    else:
        Device.objects.filter(pk=device.pk).update(absences=device.absences)


def mark_removed(device: Device, reason: str, now: datetime) -> None:
    """Enter that a device left for good: page and history stay, USH is told no more."""
    with transaction.atomic():
        moved = (
            Device.objects.filter(pk=device.pk)
            .exclude(state=Device.State.REMOVED)
            .update(
                state=Device.State.REMOVED,
                state_since=now,
                state_reason=reason,
                online=None,
                online_since=None,
                listing_digest=b"",
            )
        )
        if moved:
            store([_own(device.pk, LogEntry.Own.REMOVED, now)], now)
            outbox.take([DeviceGone(device.device_id)], now)
            live.announce("devices", [device.device_id])


def _close(run: SyncRun, taken: Taken, calls: int) -> None:
    run.seen, run.created = len(taken.seen), taken.created
    run.changed, run.rows, run.calls = taken.changed, taken.rows, calls
    run.finished_at = timezone.now()
    if run.outcome == SyncRun.Outcome.RUNNING:  # an error of ours is on its way up
        run.outcome, run.error = (
            SyncRun.Outcome.FAILED,
            run.error or gettext_noop("Fleet itself failed; see its log."),
        )
    with transaction.atomic():
        run.save()
        live.announce("cloud")


def _bury_killed(now: datetime) -> None:
    words = gettext_noop("The process was ended in mid-run.")
    SyncRun.objects.filter(outcome=SyncRun.Outcome.RUNNING, started_at__lt=now - FORGOTTEN).update(
        outcome=SyncRun.Outcome.FAILED, error=words, finished_at=now
    )


def sync_device(device_id: str, now: datetime) -> Taken | None:
    """Read one device now: its state, its factory information, and its children if a gateway.

    None: a person paused the cloud.
    """
    if project.paused():
        return None
    with project.connect() as cloud:
        asked_at = millis(timezone.now())
        found = cloud.device(device_id)
        look = Look(at=asked_at + cloud.offset_ms, before=looked_before(cloud), now=now)
        taken = intake.take([found], look)
        device = Device.objects.get(device_id=device_id)
        particulars.keep(cloud.factory_infos([device_id]), [device.pk], now)
        if not device.sub:
            particulars.children_of(cloud, device)
        return taken
