"""The current values of one device as cards: what it says, since when, and how Fleet knows."""

from dataclasses import dataclass

from devices.datapoints import Reading
from devices.models import Device, Provenance
from devices.specified import specification

# Kinds that a chart can draw; the others are shown as text.
DRAWN = frozenset({"boolean", "number", "enum"})


@dataclass(frozen=True)
class Card:
    """One data point now. `changed_ms` is None when nobody saw it change."""

    reading: Reading
    changed_ms: int | None
    received_ms: int | None
    provenance: str

    @property
    def code(self) -> str:
        """Return the data point's code."""
        return self.reading.code

    @property
    def drawable(self) -> bool:
        """Whether its past makes a line."""
        if self.reading.kind == "unknown":
            return isinstance(self.reading.raw, bool | int | float)
        return self.reading.kind in DRAWN

    @property
    def wide(self) -> bool:
        """Whether it needs room: texts, packed values, JSON."""
        return self.reading.kind in {"json", "raw", "text", "bitmap"} or bool(self.reading.parts)


def cards(device: Device, language: str) -> list[Card]:
    """Return a card for every value that the cloud told, in the product's own order."""
    spec = specification(device.product)
    place = {definition.code: number for number, definition in enumerate(spec)}
    codes = sorted(device.status, key=lambda code: (place.get(code, len(place)), code))
    found = [card(device, spec.read(code, device.status[code], language)) for code in codes]
    return sorted(found, key=lambda one: one.wide)


def card(device: Device, reading: Reading) -> Card:
    """Return one card; a missing stamp leaves its moments open."""
    stamp = device.stamps.get(reading.code)
    changed, received, known_by = stamp or (None, None, None)
    names = dict(Provenance.choices)
    return Card(reading, changed, received, str(names[known_by]) if known_by in names else "")
