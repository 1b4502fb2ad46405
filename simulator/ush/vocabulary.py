"""The property names and values that the voice cloud published: seven names."""

from simulator.ush.formats import Told

_WORDS = {
    "PowerState": "ON OFF",
    "Color": "RED GREEN BLUE WHITE YELLOW PURPLE PINK ORANGE CYAN",
    "WindSpeed": "LOW MEDIUM HIGH AUTO",
    "Mode": (
        "AUTO COLD HEAT VENTILATION AIR_SUPPLY DEHUMIDIFICATION RECREATION GUESTS GO_HOME NIGHT_UP "
        "WORKING MOVIE BRIGHTNESS ROMANTIC SLEEP SHOWER WAKE_UP READ LEAVE_HOME"
    ),
    "Direction": "SWING_LEFT_RIGHT SWING_UP_DOWN DOWN UP LEFT RIGHT",
}
_NUMBERS = ("Temperature", "Brightness")


def published(told: Told) -> bool:
    """Whether a property has a published name and value."""
    if told.property in _NUMBERS:
        digits = told.value.removeprefix("-").replace(".", "", 1)
        return digits.isdecimal()
    return told.value in _WORDS.get(told.property, "").split()
