"""Finds the nearest of USH's nine colour names for a hue, saturation and value.

USH takes no RGB and no HSV, so this loses detail on purpose.
"""

from decimal import Decimal

from .reading import INVALID, Found, UnheardError, document, number

FULL_TURN = Decimal(360)
PALE, PASTEL = Decimal("0.20"), Decimal("0.60")
BORDER = (Decimal(3), Decimal("0.03"))  # degrees, saturation: so near two names either will do
HUES: tuple[tuple[int, str], ...] = (  # upper bound of the hue, name
    (15, "RED"),
    (45, "ORANGE"),
    (70, "YELLOW"),
    (160, "GREEN"),
    (200, "CYAN"),
    (255, "BLUE"),
    (290, "PURPLE"),
    (345, "PINK"),
    (361, "RED"),
)


def hsv(found: Found) -> tuple[Decimal, Decimal, Decimal]:
    """Read hue in degrees, saturation and value between 0 and 1."""
    members = document(found.raw)
    try:
        hue, saturation, value = (number(members[key]) for key in ("h", "s", "v"))
    except KeyError as exc:
        raise UnheardError(INVALID) from exc
    top = _top(found)
    if not (0 <= hue <= FULL_TURN and 0 <= saturation <= top and 0 <= value <= top):
        raise UnheardError(INVALID)
    return hue, saturation / top, value / top


def name_of(hue: Decimal, saturation: Decimal, value: Decimal) -> str | None:
    """Name a colour; black has no name."""
    if value == 0:
        return None
    if saturation < PALE:
        return "WHITE"
    name = next(name for bound, name in HUES if hue < bound)
    return "PINK" if name == "RED" and saturation < PASTEL else name


def names_near(hue: Decimal, saturation: Decimal, value: Decimal) -> frozenset[str]:
    """Name what a colour could be called a step to any side: a lamp at a border must not flap."""
    turn, fade = BORDER
    near = (
        name_of((hue + turned * turn) % FULL_TURN, saturation + faded * fade, value)
        for turned in (-1, 0, 1)
        for faded in (-1, 0, 1)
    )
    return frozenset(name for name in near if name)


def _top(found: Found) -> Decimal:
    """Give the full scale of s and v: the specification's, else by the generation of the code.

    Where a specification is empty, the newer code and lights with a wide dimmer use 1000.
    """
    part = found.spec.values.get("s") if found.spec else None
    if isinstance(part, dict) and part.get("max"):
        return number(part["max"])
    wide = "bright_value_v2" in found.values
    return Decimal(1000 if found.code.endswith("_v2") or wide else 255)
