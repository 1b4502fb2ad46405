"""Names of the vendor's categories, data-point codes, events and sources, in English and Chinese.

Words only, no behaviour: what is unknown is shown as itself, never hidden behind "other".
"""

from devices.words.categories import category_icon, category_name, key_codes
from devices.words.codes import code_label, known_code, position
from devices.words.events import (
    EVENTS,
    SOURCES,
    by_others,
    event_icon,
    event_name,
    source_name,
)
from devices.words.problems import problem

__all__ = [
    "EVENTS",
    "SOURCES",
    "by_others",
    "category_icon",
    "category_name",
    "code_label",
    "event_icon",
    "event_name",
    "key_codes",
    "known_code",
    "position",
    "problem",
    "source_name",
]
