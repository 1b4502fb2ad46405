"""What staff add to a device and the cloud never sees: tags and a note. Pages and REST ask here."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages import live

from .models import Device

MOST_TAGS = 50
LONGEST_TAG = 64
LONGEST_NOTE = 10_000
# The search line puts double quotes around a value of several words.
PLAIN = r'\A[^"]*\Z'
NO_QUOTES = gettext_lazy("A tag has no double quotes: nobody could search for it.")


def annotate(
    device: Device, *, tags: Iterable[str] | None = None, note: str | None = None
) -> list[str]:
    """Store the tags or the note that are given; says which fields are other than before."""
    wanted: dict[str, Any] = {} if note is None else {"note": note.strip()}
    if tags is not None:
        wanted |= {"tags": tidy(tags)}
    changed = {name: value for name, value in wanted.items() if getattr(device, name) != value}
    if not changed:
        return []
    for name, value in changed.items():
        setattr(device, name, value)
    with transaction.atomic():
        device.save(update_fields=sorted(changed))
        live.announce("devices", [device.device_id])
    return sorted(changed)


def tidy(tags: Iterable[str]) -> list[str]:
    """Tags without outer spaces, each once, in alphabetical order."""
    return sorted({tag.strip() for tag in tags} - {""})


class Unfit(ValueError):  # noqa: N818  it says why
    """A tag cannot be one, or a device would have more than it may; the text says so."""


def tag(device_ids: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
    """Add and remove tags of many devices, all or none; says how many are other than before."""
    added, removed = set(tidy(add)), set(tidy(remove))
    for one in added:
        _check(one)
    with transaction.atomic():
        # in key order: two that tag the same devices crosswise would deadlock
        found = Device.objects.filter(device_id__in=list(device_ids)).order_by("pk")
        devices = list(found.only("device_id", "tags").select_for_update(of=("self",)))
        changed = []
        for device in devices:
            tags = tidy({*device.tags, *added} - removed)
            if len(tags) > MOST_TAGS:
                words = _("%(id)s would have more than %(most)d tags. Nothing was changed.")
                raise Unfit(words % {"id": device.device_id, "most": MOST_TAGS})
            if tags != device.tags:
                device.tags = tags
                changed.append(device)
        Device.objects.bulk_update(changed, ["tags"], batch_size=500)
        if changed:
            live.announce("devices", [one.device_id for one in changed])
    return len(changed)


def _check(tag: str) -> None:
    """Raise `Unfit` for a tag that is too long, or that no search line could spell."""
    if len(tag) > LONGEST_TAG:
        raise Unfit(_("A tag has at most %(most)d characters.") % {"most": LONGEST_TAG})
    if not re.match(PLAIN, tag):
        raise Unfit(f"{tag}: {NO_QUOTES}")
