"""Writes the files of exports, one at a time, step by step: a step is whole or was never made.

A file grows by one gzip member a step. The row says up to where it is whole: what stands behind is
cut off by whoever goes on, so a worker may die at any moment. Holds no transaction open meanwhile.
"""

import gzip
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from devices import export_manifests, export_question, history_rows, log_exports, project
from devices.models import LogExport
from pages import live
from rest import exports

logger = logging.getLogger(__name__)

LOCK = 0x6578_7074  # any number, the same in all processes
STEP = 10_000  # rows between two moments at which a dead worker's successor can go on
LEVEL = 6  # of gzip, as its own command takes it: higher costs more time than it saves bytes
SHIFT_S = 20  # then the worker's other tasks have their turn; the next ring goes on
MOST_FAULTS = 5  # in a row: what broke off so often will not end by itself
LATELY = timedelta(days=2)  # several rounds of letting go
LEAST_FREE = 1 << 30  # bytes of disk that exports leave to the database

State = LogExport.State
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Shift:
    """What was done; `left` is whether more waits."""

    steps: int
    done: int
    left: bool

    def sentence(self) -> str:
        """Say it in one line."""
        more = ", more waits" if self.left else ""
        return f"exports: {self.steps} steps, {self.done} files done{more}"


def write_due(clock: Clock, seconds: float = SHIFT_S) -> Shift | None:
    """Write what waits, the oldest first, for a shift; None: another process is at it."""
    ends, steps, done = time.monotonic() + seconds, 0, 0
    with project.only_one(LOCK) as alone:
        if not alone:
            return None
        while export := _next():
            done += _tried(export, clock)
            steps += 1
            if time.monotonic() >= ends:
                break
    return Shift(steps, done, left=_next() is not None)


def _next() -> LogExport | None:
    # who broke off comes after those that did not: one bad file must not hold up the others
    waiting = LogExport.objects.filter(state__in=log_exports.OPEN).order_by("faults", "pk")
    return waiting.first()


def _tried(export: LogExport, clock: Clock) -> bool:
    """Do one step; a fault is counted in the row, and ends the export in the end."""
    try:
        return _step(export, clock)
    except OSError as fault:
        _end(export, State.FAILED, clock(), error=str(fault.strerror or fault))
    except Exception as fault:
        logger.exception("export broke off", extra={"export": export.pk})
        LogExport.objects.filter(pk=export.pk).update(faults=export.faults + 1)
        if export.faults + 1 >= MOST_FAULTS:
            _end(export, State.FAILED, clock(), error=type(fault).__name__)
    return False


def _step(export: LogExport, clock: Clock) -> bool:
    """Write the next rows and say so in the row; True when the file is whole."""
    if export.state == State.WAITING and not _start(export, clock()):
        return False
    folder = log_exports.folder_of(export)
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise OSError(_("Less than 1 GB of disk is free."))
    with log_exports.file_of(export).open("ab") as file:
        file.truncate(export.size)
        whole = _written(export, file)
        file.flush()
        os.fsync(file.fileno())
        export.size = file.tell()
    if whole:
        return _finish(export, clock())
    progress = ("rows", "size", "place", "first_event_at", "last_event_at")
    said = {name: getattr(export, name) for name in progress}
    if not _say(export, State.RUNNING, **said, faults=0):
        let_go_file(export)  # it was cancelled meanwhile
    return False


def _start(export: LogExport, now: datetime) -> bool:
    """Claim it and count what there is to write; False: it was cancelled."""
    export.state, export.started_at = State.RUNNING, now
    claimed = LogExport.objects.filter(pk=export.pk, state=State.WAITING)
    if not claimed.update(state=State.RUNNING, started_at=now):
        return False
    expected = export_question.from_json(export.question).candidates().count()
    return _say(export, State.RUNNING, expected=expected)


def _written(export: LogExport, file: BinaryIO) -> bool:
    """Add one gzip member of rows; True when they were the last."""
    found = export_question.from_json(export.question).rows()
    table = history_rows.table(found.filter(received_at__lte=export.asked_at), history_rows.MEMBERS)
    with (
        translation.override(export.language),
        gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as member,
    ):
        begun = 0
        for piece in exports.pieces(table, export.format, export.place or None):
            member.write(piece.text)
            _note(export, piece)
            begun += len(piece.rows)
            if begun >= STEP and piece.after:
                export.place = piece.after
                return False
    return True


def _note(export: LogExport, piece: exports.Piece) -> None:
    """Count a piece; the rows come newest first."""
    if not piece.rows:
        return
    newest, oldest = piece.rows[0]["event_time"], piece.rows[-1]["event_time"]
    export.last_event_at = export.last_event_at or datetime.fromisoformat(newest)
    export.first_event_at = datetime.fromisoformat(oldest)
    export.rows += len(piece.rows)


def _finish(export: LogExport, now: datetime) -> bool:
    """Prove the file, write its manifest beside it, and say that it is whole."""
    path = log_exports.file_of(export)
    with path.open("rb") as file:
        export.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    manifest = export_manifests.of(export, now)
    _beside(path, manifest)
    said: dict[str, Any] = {
        name: getattr(export, name)
        for name in ("rows", "size", "sha256", "first_event_at", "last_event_at")
    }
    kept = now + timedelta(days=settings.EXPORT_DAYS)
    done = {"state": State.DONE, "finished_at": now, "expires_at": kept, "manifest": manifest}
    if not _say(export, State.RUNNING, **said, **done):
        let_go_file(export)
        return False
    return True


def _beside(path: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    path.with_name(f"{path.name}.manifest.json").write_text(text, encoding="utf-8")


def _end(export: LogExport, state: str, now: datetime, *, error: str = "") -> None:
    let_go_file(export)
    _say(export, *log_exports.OPEN, state=state, finished_at=now, error=error)


def _say(export: LogExport, *states: str, **said: Any) -> bool:
    """Enter how far it is, if it still is in one of the states; open pages hear of it."""
    with transaction.atomic():
        live.announce(log_exports.TOPIC, [str(export.pk)])
        return bool(LogExport.objects.filter(pk=export.pk, state__in=states).update(**said))


def let_go(now: datetime) -> int:
    """Delete the files that are past their days, and those of cancelled exports; say how many."""
    gone = 0
    for export in past(now):
        let_go_file(export)
        gone += export.state == State.DONE and _say(export, State.DONE, state=State.EXPIRED)
    return gone


def past(now: datetime) -> list[LogExport]:
    """Return the exports whose files are to be let go."""
    over = Q(state=State.DONE, expires_at__lt=now)
    # whoever wrote one may have died before it heard
    cancelled = Q(state=State.CANCELLED, finished_at__gt=now - LATELY)
    found = LogExport.objects.filter(over | cancelled).defer("manifest").order_by("pk")
    return [one for one in found if one.state == State.DONE or log_exports.folder_of(one).exists()]


def let_go_file(export: LogExport) -> None:
    """Delete an export's folder; one that is not there is as good."""
    shutil.rmtree(log_exports.folder_of(export), ignore_errors=True)
