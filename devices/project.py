"""What all of Fleet's processes share of the cloud project: token, pace, meter, and its troubles.

Kept in PostgreSQL rows, so that two processes never renew a token twice or overrun the quota
together. Session locks and single statements only: no transaction is open during a call.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from .budget import Budget, month_start
from .models import CallCount, Project
from .pace import RowPace
from .tuya.account import Account, timeouts
from .tuya.client import Cloud
from .tuya.errors import Refused, TuyaError
from .tuya.token import Token

TOKEN_LOCK = 0x7455_7961  # any number, the same in all processes
SOON = timedelta(seconds=5)  # first wait after a failed look
LATE = timedelta(minutes=5)  # longest wait while the cloud is merely unavailable
PARKED = timedelta(minutes=1)  # first wait after the account was refused as a whole
PARKED_LATE = timedelta(hours=1)
MOST_DOUBLINGS = 12


class RowTokens:
    """The token store of `devices.tuya.token.TokenStore`: one row, one session lock."""

    def __init__(self, project_id: int) -> None:
        self._project_id = project_id
        self._thread_lock = threading.Lock()

    def load(self) -> Token | None:
        """Return the token that is shared now."""
        stored = Project.objects.values_list("token", flat=True).get(pk=self._project_id)
        return msgspec.json.decode(stored, type=Token) if stored else None

    def save(self, token: Token) -> None:
        """Share a new token."""
        text = msgspec.json.encode(token).decode()
        Project.objects.filter(pk=self._project_id).update(
            token=text, token_saved_at=timezone.now()
        )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to renew, over all threads and processes."""
        with self._thread_lock, session_lock(TOKEN_LOCK, self._project_id):
            yield


@contextmanager
def session_lock(kind: int, number: int) -> Iterator[None]:
    """Wait for an advisory lock that lives outside transactions, and give it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [kind, number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, number])


@contextmanager
def only_one(kind: int) -> Iterator[bool]:
    """Say whether this process is the only one at this work; never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [kind])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [kind])


class RowMeter:
    """The meter of `devices.tuya.limits.Meter`: counted in memory, written once a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._took: Counter[tuple[str, str]] = Counter()
        self.total = 0

    def count(self, endpoint: str, code: int | str, took_ms: int) -> None:
        """Note one call."""
        with self._lock:
            self._counts[endpoint, str(code)] += 1
            self._took[endpoint, str(code)] += took_ms
            self.total += 1

    def write(self, now: datetime) -> None:
        """Add what was counted to the hour's rows."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            took, self._took = self._took, Counter()
        hour = now.replace(minute=0, second=0, microsecond=0)
        rows = [(hour, key[0], key[1], n, took[key]) for key, n in sorted(counts.items())]
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                INSERT INTO devices_callcount (hour, endpoint, code, count, took_ms)
                VALUES (%s, left(%s, 128), left(%s, 32), %s, %s)
                ON CONFLICT (hour, endpoint, code) DO UPDATE
                SET count = devices_callcount.count + excluded.count,
                    took_ms = devices_callcount.took_ms + excluded.took_ms
                """,
                rows,
            )


def current() -> Project:
    """Return the row of the project that the settings name."""
    name = {"client_id": settings.TUYA_CLIENT_ID, "base_url": settings.TUYA_BASE_URL}
    known = Project.objects.filter(**name).first()
    if known is not None:
        return known
    Project.objects.bulk_create([Project(**name)], ignore_conflicts=True)  # or another process did
    return Project.objects.get(**name)


class Link(Cloud):
    """The cloud client of this process, bound to the shared rows."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.meter = RowMeter()
        super().__init__(
            Account(
                client_id=settings.TUYA_CLIENT_ID,
                client_secret=settings.TUYA_CLIENT_SECRET,
                base_url=settings.TUYA_BASE_URL,
                log_edition=settings.TUYA_LOG_EDITION,
                timeouts=timeouts(settings.TUYA_TIMEOUT.total_seconds()),
            ),
            tokens=RowTokens(project.pk),
            pace=RowPace(project.pk, settings.TUYA_QPS),
            meter=self.meter,
        )
        self.offset_ms = project.clock_offset_ms
        self.lacks |= set(project.lacks)


@contextmanager
def connect() -> Iterator[Link]:
    """Open the cloud; what was counted and learned is written down whatever happens."""
    link = Link(current())
    try:
        yield link
    finally:
        link.close()
        link.meter.write(timezone.now())
        _remember(link)


def _remember(link: Link) -> None:
    learned = {"lacks": sorted(link.lacks), "clock_offset_ms": link.offset_ms}
    known = {"lacks": sorted(link.project.lacks), "clock_offset_ms": link.project.clock_offset_ms}
    if learned != known:
        Project.objects.filter(pk=link.project.pk).update(**learned)


def paused() -> bool:
    """Whether a person wants the cloud left alone."""
    named = Project.objects.filter(
        client_id=settings.TUYA_CLIENT_ID, base_url=settings.TUYA_BASE_URL
    )
    return named.exclude(paused_at=None).exists()


def may_look(project: Project, now: datetime) -> bool:
    """Whether a run may start, or a failed or parked account is still left in peace."""
    rested = project.probe_at is None or project.probe_at <= now
    return rested and not budget(now).spent


def budget(now: datetime) -> Budget:
    """Return what the month leaves of `TUYA_MONTHLY_CALLS`, token calls counted."""
    counts = CallCount.objects.filter(hour__gte=month_start(now))
    used = counts.aggregate(total=Sum("count"))["total"] or 0
    return Budget(limit=settings.TUYA_MONTHLY_CALLS, used=used, now=now)


def succeeded(project: Project, now: datetime) -> None:
    """A run reached the cloud: forget its troubles."""
    Project.objects.filter(pk=project.pk).update(
        failures=0,
        probe_at=None,
        parked_code=None,
        parked_message="",
        parked_at=None,
        last_ok_at=now,
    )


def failed(project: Project, error: TuyaError, now: datetime) -> None:
    """A run did not reach the cloud, or was refused as a whole: wait longer each time."""
    parked = isinstance(error, Refused) and error.account
    first, last = (PARKED, PARKED_LATE) if parked else (SOON, LATE)
    wait = min(last, first * 2 ** min(project.failures, MOST_DOUBLINGS))
    if error.retry_after:
        wait = max(wait, timedelta(seconds=min(error.retry_after, PARKED_LATE.total_seconds())))
    rows = Project.objects.filter(pk=project.pk)
    rows.update(
        failures=F("failures") + 1,
        probe_at=now + wait,
        last_error=error.message,
        last_error_code=error.code,
        last_error_at=now,
    )
    if parked:
        rows.update(parked_code=error.code, parked_message=error.message)
        rows.filter(parked_at=None).update(parked_at=now)


def start_afresh() -> None:
    """Forget the waiting of the last run of Fleet: settings may have been mended since."""
    Project.objects.update(probe_at=None, failures=0)
