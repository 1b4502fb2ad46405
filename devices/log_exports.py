"""The door to exports of history: asked for, seen, cancelled and taken, by pages and REST alike."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from devices import bell, export_question
from devices.export_question import Question
from devices.models import LogExport
from pages import live
from people import deeds
from people.models import Deed
from people.rights import Right, may

MOST_OPEN = 5  # exports of one person that wait or run: nobody may keep the others waiting for long
OPEN = (LogExport.State.WAITING, LogExport.State.RUNNING)
TOPIC = "exports"


class Refused(ValueError):  # noqa: N818  it says why
    """The export was not taken in; the text says why, for a person."""


def ask(request: Any, question: Question, kind: str, now: datetime) -> LogExport:
    """Take in an export and wake its worker. Raises `Refused`."""
    with transaction.atomic():
        if LogExport.objects.filter(owner=request.user, state__in=OPEN).count() >= MOST_OPEN:
            words = _("%(most)d exports of yours wait or run: let one end, or cancel one.")
            raise Refused(words % {"most": MOST_OPEN})
        export = LogExport.objects.create(
            format=kind,
            question=export_question.as_json(question),
            language=get_language() or "en",
            owner=request.user,
            owner_name=request.user.get_username(),
            asked_at=now,
        )
        live.announce(TOPIC, [str(export.pk)])
        bell.ring_exports()
        deeds.note(request, Deed.What.EXPORT_ASKED, f"#{export.pk}", now, **_said(export))
    return export


def seen_by(request: Any) -> QuerySet[LogExport, LogExport]:
    """Return the exports that somebody may see: one's own, an admin all. Without manifests."""
    found = LogExport.objects.defer("manifest")
    return found if may(request, Right.ADMIN) else found.filter(owner=request.user)


def cancel(request: Any, export: LogExport, now: datetime) -> bool:
    """End an export that waits or runs; False when it has ended already."""
    with transaction.atomic():
        over = LogExport.objects.filter(pk=export.pk, state__in=OPEN).update(
            state=LogExport.State.CANCELLED, finished_at=now
        )
        if over:
            live.announce(TOPIC, [str(export.pk)])
            deeds.note(request, Deed.What.EXPORT_CANCELLED, f"#{export.pk}", now)
    return bool(over)


def take(request: Any, export: LogExport, now: datetime) -> Path | None:
    """Return the file for somebody who downloads it, with the deed on record; None: it is gone."""
    path = file_of(export)
    if export.state != LogExport.State.DONE or not path.is_file():
        return None
    deeds.note(request, Deed.What.EXPORT_TAKEN, f"#{export.pk}", now, sha256=export.sha256)
    return path


def folder_of(export: LogExport) -> Path:
    """Return where an export's file and manifest lie."""
    return Path(settings.FLEET_DATA) / "exports" / str(export.pk)


def file_of(export: LogExport) -> Path:
    """Return where its file lies: whole only when its row says so."""
    return folder_of(export) / export.file_name


def _said(export: LogExport) -> dict[str, Any]:
    asked = {name: value for name, value in export.question.items() if value not in ([], None)}
    return {"format": export.format} | asked
