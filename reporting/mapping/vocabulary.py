"""The seven properties that USH published, and the values each may take. Nothing else is ever sent.

Source: USH IoT access documents, page "she-bei-shu-xing-shuo-ming" (device properties), as of
2020-03-05. Brightness 0-100 stood there for one day in 2019 and is the best that is known.
"""

from decimal import Decimal, InvalidOperation

POWER, COLOR, WIND, MODE = "PowerState", "Color", "WindSpeed", "Mode"
DIRECTION, TEMPERATURE, BRIGHTNESS = "Direction", "Temperature", "Brightness"

WORDS: dict[str, frozenset[str]] = {
    POWER: frozenset({"ON", "OFF"}),
    COLOR: frozenset(
        ["RED", "GREEN", "BLUE", "WHITE", "YELLOW", "PURPLE", "PINK", "ORANGE", "CYAN"]
    ),
    WIND: frozenset({"LOW", "MEDIUM", "HIGH", "AUTO"}),
    MODE: frozenset(
        [
            "AUTO",
            "COLD",
            "HEAT",
            "VENTILATION",
            "AIR_SUPPLY",
            "DEHUMIDIFICATION",
            "RECREATION",
            "GUESTS",
            "GO_HOME",
            "NIGHT_UP",
            "WORKING",
            "MOVIE",
            "BRIGHTNESS",
            "ROMANTIC",
            "SLEEP",
            "SHOWER",
            "WAKE_UP",
            "READ",
            "LEAVE_HOME",
        ]
    ),
    DIRECTION: frozenset(["SWING_LEFT_RIGHT", "SWING_UP_DOWN", "DOWN", "UP", "LEFT", "RIGHT"]),
}
NUMBERS: dict[str, tuple[Decimal | None, Decimal | None]] = {
    TEMPERATURE: (None, None),
    BRIGHTNESS: (Decimal(0), Decimal(100)),
}
# A sensor trembles, a hand on a slider does not stop: a move of no more than this waits until the
# value has settled. Enumerations have none.
DEADBANDS: dict[str, Decimal] = {TEMPERATURE: Decimal("0.5"), BRIGHTNESS: Decimal(1)}
NAMES = frozenset(WORDS) | frozenset(NUMBERS)


# Names beyond the published ones, told only by rows that an operator switched on.
EXTENSION_WORDS: dict[str, frozenset[str]] = {
    "ContactState": frozenset({"OPEN", "CLOSED"}),
    "WaterLeak": frozenset({"ALARM", "NORMAL"}),
    "Motion": frozenset({"ON", "OFF"}),
}
PER_CENT = (Decimal(0), Decimal(100))
EXTENSION_NUMBERS = dict.fromkeys(
    ("ColorTemperature", "Humidity", "Position", "BatteryLevel"), PER_CENT
)
LONGEST = 100  # characters of a value


def allows(name: str, value: str, *, extension: bool = False) -> bool:
    """Say whether USH has this property and this value; of a name of its own, any short text."""
    if extension and name not in NAMES:
        return _extends(name, value)
    if name in WORDS:
        return value in WORDS[name]
    return name in NUMBERS and _in_range(value, *NUMBERS[name])


def _extends(name: str, value: str) -> bool:
    if name in EXTENSION_WORDS:
        return value in EXTENSION_WORDS[name]
    if name in EXTENSION_NUMBERS:
        return _in_range(value, *EXTENSION_NUMBERS[name])
    return 0 < len(value) <= LONGEST


def _in_range(value: str, low: Decimal | None, high: Decimal | None) -> bool:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    if not number.is_finite() or "E" in value.upper():
        return False
    return (low is None or number >= low) and (high is None or number <= high)
