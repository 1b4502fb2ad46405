"""What a device's state is called in USH's words. Decides from values only; touches nothing."""

from .engine import Mapped, Translation, Unheard, map_state, told_of
from .table import PUBLISHED, Line, Table, build

__all__ = [
    "PUBLISHED",
    "Line",
    "Mapped",
    "Table",
    "Translation",
    "Unheard",
    "build",
    "map_state",
    "told_of",
]
