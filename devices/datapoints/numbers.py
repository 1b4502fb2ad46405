"""Reads Integer data points: scale, bounds, unit.

Uses Decimal, so that 2230 at scale 1 is 223.0.
"""

from decimal import Decimal

from devices.changes import RawValue
from devices.datapoints import units
from devices.datapoints.definition import Definition
from devices.datapoints.readings import Meaning, cited, shown

LARGEST = 10**18  # beyond any sensor, and safely inside Decimal's precision


def meaning(definition: Definition, raw: RawValue, language: str) -> Meaning:
    """Scale the raw number and say whether its product allows it."""
    unit = units.normal(definition.unit)
    if not _usable(raw):
        return Meaning(raw, shown(raw, language), "number", f"{cited(raw)} is not a number")
    scaled = scale(_exact(raw), definition.scale)
    text = f"{scaled:f} {unit}".strip()
    value = int(scaled) if scaled == scaled.to_integral_value() and not definition.scale else scaled
    return Meaning(
        value=value if isinstance(value, int) else float(value),
        text=text,
        kind="number",
        problem=_problem(definition, raw, scaled),
        unit=unit,
    )


def scale(number: Decimal, digits: int) -> Decimal:
    """Move the decimal point; `digits` places stay visible, zeros too."""
    return number.scaleb(-digits) if digits else number


def _problem(definition: Definition, raw: RawValue, scaled: Decimal) -> str:
    if isinstance(raw, float) and not raw.is_integer():
        return f"{cited(raw)} is not a whole number"
    low, high = definition.low, definition.high
    if low is None or high is None or low <= _exact(raw) <= high:
        return ""
    bounds = f"{scale(low, definition.scale):f}..{scale(high, definition.scale):f}"
    return f"{scaled:f} is outside {bounds}"


def _exact(raw: RawValue) -> Decimal:
    return Decimal(int(raw)) if raw == int(raw) else Decimal(str(raw))


def _usable(raw: RawValue) -> bool:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return False
    return abs(raw) <= LARGEST  # NaN is not, infinity neither
