"""What staff add to a device and the cloud never sees: tags and a note. Pages and REST ask here."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from pages import live

from .models import Device

MOST_TAGS = 50
LONGEST_TAG = 64
LONGEST_NOTE = 10_000


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
