"""What a device's state is called in USH's words. Decides from values only; touches nothing."""

from .engine import Mapped, Translation, Unheard, map_state

__all__ = ["Mapped", "Translation", "Unheard", "map_state"]
