"""Reads raw data points strictly: a value that is not what it should be is said so, never guessed.

The device cloud gives typed values in a status and text in a log ("false", "21"), and colours as
text holding JSON; both forms are accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from reporting.letters import RawValue, SpecItem

LARGEST, MOST_DECIMALS = 10**12, 20  # floats that came through JSON have up to 17 digits
UNKNOWN_VALUE, NO_SPECIFICATION, INVALID = "unknown_value", "no_specification", "invalid"


class UnheardError(Exception):
    """USH cannot be told this value."""

    def __init__(self, reason: str) -> None:
        """Keep the reason in one word."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Found:
    """One data point of a device, with the device's other values beside it."""

    code: str
    raw: RawValue
    spec: SpecItem | None
    values: Mapping[str, RawValue]

    def limit(self, name: str) -> Decimal:
        """Give a number of the specification (`scale`, `min`, `max`), or say that there is none."""
        given = self.spec.values.get(name) if self.spec else None
        if given is None:
            raise UnheardError(NO_SPECIFICATION)
        return number(given)


def truth(raw: RawValue) -> bool:
    """Read a Boolean in any of the forms that the device cloud uses."""
    word = raw.strip().lower() if isinstance(raw, str) else raw
    for answer, forms in ((True, (True, "true", "1")), (False, (False, "false", "0"))):
        if any(word is form or (isinstance(form, str) and word == form) for form in forms):
            return answer
    if isinstance(raw, int) and raw in (0, 1):
        return raw == 1
    raise UnheardError(INVALID)


def number(raw: RawValue) -> Decimal:
    """Read a finite number of a size that devices have; a Boolean is none."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise UnheardError(INVALID)
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation as exc:
        raise UnheardError(INVALID) from exc
    if not value.is_finite() or abs(value) > LARGEST or _decimals(value) > MOST_DECIMALS:
        raise UnheardError(INVALID)
    return value


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def document(raw: RawValue) -> dict[str, Any]:
    """Read a JSON object, decoded already or still as text."""
    if isinstance(raw, str):
        try:
            raw = msgspec.json.decode(raw)
        except msgspec.DecodeError as exc:
            raise UnheardError(INVALID) from exc
    if not isinstance(raw, dict):
        raise UnheardError(INVALID)
    return raw


def plain(value: Decimal) -> str:
    """Write a number without exponent and without zeros at its end: 20, 20.5, -3."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
