"""A person's word that the device cloud is to be left alone, and its taking back.

While it holds, nothing is read and no operation's call is made; what was asked for waits. A run
under way ends before its next call that matters. Trying the connection stays possible.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from devices import bell, project
from devices.models import Project
from pages import live
from people import deeds
from people.models import Deed

MOST_WORDS = 200


def pause(request: Any, reason: str, now: datetime) -> Project:
    """Leave the cloud alone; a second pause keeps the first one's words.

    The caller has asked for `Right.SYNC`.
    """
    known = project.current()
    reason = reason.replace("\x00", "").strip()[:MOST_WORDS]
    with transaction.atomic():
        changed = Project.objects.filter(pk=known.pk, paused_at=None).update(
            paused_at=now, paused_by=deeds.who(request)[:255], paused_reason=reason
        )
        if changed:
            deeds.note(request, Deed.What.PAUSED, reason or known.base_url, now)
            live.announce("cloud")
    return project.current()


def resume(request: Any, now: datetime) -> Project:
    """Go on, at once. The caller has asked for `Right.SYNC`."""
    known = project.current()
    with transaction.atomic():
        changed = (
            Project.objects.filter(pk=known.pk)
            .exclude(paused_at=None)
            .update(paused_at=None, paused_by="", paused_reason="")
        )
        if changed:
            deeds.note(request, Deed.What.RESUMED, known.base_url, now)
            live.announce("cloud")
            bell.ring_sync()
            bell.ring_operations()
    return project.current()
