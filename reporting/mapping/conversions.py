"""How one data point becomes one USH value. Each returns text, or None when it says nothing.

Rounding is half up on Decimal, so that the same raw value gives the same text on every machine.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from .colours import hsv, name_of, names_near
from .reading import (
    NO_SPECIFICATION,
    UNKNOWN_VALUE,
    Found,
    UnheardError,
    number,
    plain,
    truth,
)

Conversion: TypeAlias = Callable[[Found], str | None]
HUNDRED = Decimal(100)
SCALES = range(10)  # the vendor's are 0 to 3
LEGACY_DIMMER = (Decimal(25), Decimal(255))  # the older white lights: 25 is 1 %, 255 is 100 %


def power(found: Found) -> str:
    """Tell a switch: ON or OFF."""
    return "ON" if truth(found.raw) else "OFF"


def when_true(word: str) -> Conversion:
    """Tell `word` when the switch is on; off says nothing, because USH has no word for it."""
    return lambda found: word if truth(found.raw) else None


def words(table: Mapping[str, str | None]) -> Conversion:
    """Tell an enumeration by a table; a member that is not in it is never passed on."""

    def convert(found: Found) -> str | None:
        if not isinstance(found.raw, str) or found.raw not in table:
            raise UnheardError(UNKNOWN_VALUE)
        return table[found.raw]

    return convert


def opened(found: Found) -> str:
    """Tell a curtain's position in per cent: anything open is ON."""
    return "ON" if number(found.raw) > 0 else "OFF"


def percent(found: Found) -> str | None:
    """Tell white brightness by the product's own range; in colour mode it says nothing."""
    if found.values.get("work_mode") == "colour":
        return None
    low, high, raw = found.limit("min"), found.limit("max"), number(found.raw)
    if high <= 0:
        raise UnheardError(NO_SPECIFICATION)
    if (low, high) == LEGACY_DIMMER:
        return _clamped(1 + (raw - low) * 99 / (high - low))
    return _clamped(raw * HUNDRED / high)


def colour_percent(found: Found) -> str | None:
    """Tell brightness from the colour's own value part, in colour mode only."""
    if found.values.get("work_mode") != "colour":
        return None
    _, _, value = hsv(found)
    return _clamped(value * HUNDRED) if value > 0 else None


def colour(found: Found) -> str | None:
    """Tell the nearest of the nine colour names, in colour mode only."""
    if found.values.get("work_mode", "colour") != "colour":
        return None
    return name_of(*hsv(found))


def colours_near(found: Found) -> frozenset[str]:
    """Give the names that a colour at a border may keep."""
    return names_near(*hsv(found))


def celsius(found: Found) -> str:
    """Tell a temperature by the product's scale, turned into Celsius where the device shows F."""
    scale = found.limit("scale")
    if scale not in SCALES:
        raise UnheardError(NO_SPECIFICATION)
    value = number(found.raw).scaleb(-int(scale))
    return plain(_from_fahrenheit(value) if _shows_fahrenheit(found) else value)


def thirds(found: Found) -> str:
    """Tell a stepless fan: the lower, middle and upper third of the product's range."""
    low, high = _range(found)
    raw = number(found.raw)
    if not low <= raw <= high:
        raise UnheardError(UNKNOWN_VALUE)
    part = (raw - low + 1) * 3 / (high - low + 1)
    return "LOW" if part <= 1 else "MEDIUM" if part <= 2 else "HIGH"  # noqa: PLR2004  thirds


def speed(table: Mapping[str, str | None]) -> Conversion:
    """Tell a fan's speed: by its word where the product has words, by thirds where it counts."""

    def convert(found: Found) -> str | None:
        if isinstance(found.raw, str) and found.raw in table:
            return table[found.raw]
        if isinstance(found.raw, str) and not _counts(found.raw):
            raise UnheardError(UNKNOWN_VALUE)
        return thirds(found)

    return convert


def _range(found: Found) -> tuple[Decimal, Decimal]:
    members = found.spec.values.get("range") if found.spec else None
    if isinstance(members, list):
        numbers = [number(member) for member in members if _counts(member)]  # beside "auto"
        if not numbers:
            raise UnheardError(NO_SPECIFICATION)
        return min(numbers), max(numbers)
    return found.limit("min"), found.limit("max")


def _counts(member: object) -> bool:
    return isinstance(member, int) or (isinstance(member, str) and member.strip().isdecimal())


def _clamped(value: Decimal) -> str:
    whole = min(max(value, Decimal(1)), HUNDRED)
    return plain(whole.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _from_fahrenheit(value: Decimal) -> Decimal:
    return ((value - 32) * 5 / 9).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _shows_fahrenheit(found: Found) -> bool:
    """Decide the unit: by the code's name, then the specification, then the device's choice."""
    if found.code.endswith("_f"):
        return True
    unit = str(found.spec.values.get("unit", "")) if found.spec else ""
    if unit.strip().upper() in {"℃", "°C", "C", "℉", "°F", "F"}:
        return unit.strip().upper() in {"℉", "°F", "F"}
    chosen = found.values.get("temp_unit_convert", found.values.get("c_f"))
    return isinstance(chosen, str) and chosen.lower() == "f"
