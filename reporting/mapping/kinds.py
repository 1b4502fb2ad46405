"""The ways in which an operator's row may turn a raw value into USH's words, by name. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from . import conversions as to
from . import vocabulary as ush
from .conversions import SCALES, Conversion
from .reading import NO_SPECIFICATION, UNKNOWN_VALUE, Found, UnheardError, number, plain

SILENT = "silent"
SWITCHED = frozenset({"ON", "OFF"})
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Kind:
    """How to make the conversion; `gives` are the words it can come to, None for a number."""

    make: Callable[[Mapping[str, str]], Conversion]
    gives: frozenset[str] | None = None
    by_table: bool = False  # its parameters say what it gives: raw value -> word
    near: Callable[[Found], frozenset[str]] | None = None  # see rows.Row


def scaled(found: Found) -> str:
    """Tell a number by the product's scale, as it is."""
    scale = found.limit("scale")
    if scale not in SCALES:
        raise UnheardError(NO_SPECIFICATION)
    return plain(number(found.raw).scaleb(-int(scale)))


def share(found: Found) -> str:
    """Tell where in the product's range a number lies, in whole per cent."""
    low, high, raw = found.limit("min"), found.limit("max"), number(found.raw)
    if high <= low:
        raise UnheardError(NO_SPECIFICATION)
    if not low <= raw <= high:
        raise UnheardError(UNKNOWN_VALUE)
    return plain(((raw - low) * HUNDRED / (high - low)).quantize(Decimal(1), ROUND_HALF_UP))


def _worded(table: Mapping[str, str]) -> Conversion:
    """Tell by the operator's table; a Boolean or a number is looked up by its text."""
    words = {raw: word or None for raw, word in table.items()}

    def convert(found: Found) -> str | None:
        raw = str(found.raw).lower() if isinstance(found.raw, bool) else str(found.raw)
        if raw not in words:
            raise UnheardError(UNKNOWN_VALUE)
        return words[raw]

    return convert


def _always(convert: Conversion) -> Callable[[Mapping[str, str]], Conversion]:
    return lambda _parameters: convert


KINDS: dict[str, Kind] = {
    "switch": Kind(_always(to.power), SWITCHED),
    "opened": Kind(_always(to.opened), SWITCHED),
    "words": Kind(_worded, by_table=True),
    "scaled": Kind(_always(scaled)),
    "celsius": Kind(_always(to.celsius)),
    "brightness": Kind(_always(to.percent)),
    "share": Kind(_always(share)),
    "colour": Kind(_always(to.colour), ush.WORDS[ush.COLOR], near=to.colours_near),
    "thirds": Kind(_always(to.thirds), frozenset({"LOW", "MEDIUM", "HIGH"})),
}
