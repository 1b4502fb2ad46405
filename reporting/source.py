"""Where the state of devices can be asked for, without knowing who keeps it.

This room imports no device. The setting STATE_SOURCE names the module that answers; fleet wires it.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from .letters import CodeCount, StateReported


class Source(Protocol):
    """What the named module must offer."""

    def letter_of(self, device_key: str) -> StateReported | None:
        """Give the state of one device; None for one that nobody knows."""

    def letters_after(self, place: str, limit: int) -> tuple[list[StateReported], str | None]:
        """Give the next devices, held until the transaction ends, and the place after them.

        `place` "" is the beginning; None is given after the last.
        """

    def names(self, device_keys: Iterable[str]) -> dict[str, str]:
        """Give the names of these devices; one that nobody knows is left out."""

    def codes(self) -> list[CodeCount]:
        """Count the devices of each category that have each code."""


def current() -> Source:
    """Give the module that answers."""
    return cast("Source", import_module(settings.STATE_SOURCE))
