"""The words that a person types to confirm what cannot be taken back. Pure."""

import unicodedata

from django.utils.translation import ngettext

from devices.models import Operation
from devices.plans import Preview

Kind = Operation.Kind


def of(kind: Kind, plan: Preview) -> str:
    """Return what to type: the one device's name, or verb and count."""
    if len(plan.will_act) == 1:
        device = plan.will_act[0].device
        return plain(device.name) or device.device_id
    return button(kind, plan).lower()


def button(kind: Kind, plan: Preview) -> str:
    """Return the words on the button: verb and count again."""
    count = len(plan.will_act)
    words = {
        Kind.RENAME: ngettext("Rename %d device", "Rename %d devices", count),
        Kind.REMOVE: ngettext("Remove %d device", "Remove %d devices", count),
        Kind.FACTORY_RESET: ngettext("Reset %d device", "Reset %d devices", count),
    }
    return words[kind] % count


def agree(typed: str, wanted: str) -> bool:
    """Whether they are the same to the eye: spaces at the ends or doubled are nobody's meaning."""
    return bool(wanted) and plain(typed) == plain(wanted)


def plain(text: str) -> str:
    """Return the text as a person can see and type it."""
    shown = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    return " ".join(unicodedata.normalize("NFC", shown).split())
