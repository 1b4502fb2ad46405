"""The table: which code of the device cloud feeds which USH property, and how. Data, no behaviour.

Codes and ranges are those of the vendor's standard status sets (developer.tuya.com: lights
K9i5ql6yir2oy, ceiling lights Ka8tlcrawqdsb, air conditioners K9gf48r2iqa7m, thermostats
K9gf48r671hzo, curtains K9gf48qy7wkre, curtain switches K9gf8rs2668v6, switches K9gf7o5prgf7s).
Lower rank wins; equal ranks: the one that changed last. USH has one PowerState per device, so
every further gang is a device of its own, `<id>_2`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from . import conversions as to
from . import vocabulary as ush
from .reading import Found

CLIMATE = frozenset({"kt", "ktkzq", "infrared_ac", "wk", "wkf", "qn", "rs"})
COOLERS = frozenset({"kt", "ktkzq", "infrared_ac"})
CURTAINS = frozenset({"cl", "clkg"})
GANGS = range(2, 9)
COLOURS = ("colour_data_v2", "colour_data", "colour_data_hsv")

WORK_MODES = {"white": "WHITE", "colour": None, "music": None} | dict.fromkeys(
    ("scene", "scene_1", "scene_2", "scene_3", "scene_4")
)
MODES = {
    "auto": "AUTO",
    "cold": "COLD",
    "freeze": "COLD",
    "hot": "HEAT",
    "heat": "HEAT",
    "wet": "DEHUMIDIFICATION",
    "dry": "DEHUMIDIFICATION",
    "wind": "AIR_SUPPLY",
    "fan": "AIR_SUPPLY",
    "sleep": "SLEEP",
    "ventilation": "VENTILATION",
}
SPEEDS = {
    "low": "LOW",
    "level_1": "LOW",
    "mid": "MEDIUM",
    "middle": "MEDIUM",
    "level_2": "MEDIUM",
    "high": "HIGH",
    "strong": "HIGH",
    "level_3": "HIGH",
    "level_4": "HIGH",
    "auto": "AUTO",
}
CURTAIN_ORDERS = {"open": "ON", "close": "OFF", "stop": None, "continue": None}
WINDSHAKE = {"horizontal": "SWING_LEFT_RIGHT", "vertical": "SWING_UP_DOWN", "off": None}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `also` are the codes that the conversion looks at besides its own."""

    property: str
    codes: tuple[str, ...]
    convert: to.Conversion
    rank: int = 0
    suffix: str = ""
    categories: frozenset[str] | None = None
    also: tuple[str, ...] = ()
    extension: bool = False  # its name is not one of the published
    near: Callable[[Found], frozenset[str]] | None = None  # the words at whose border a value is


def _curtain(suffix: str) -> tuple[Row, ...]:
    """Measured before commanded; of two commands the last one."""

    def row(rank: int, convert: to.Conversion, *codes: str) -> Row:
        named = tuple(code + suffix for code in codes)
        return Row(ush.POWER, named, convert, rank, suffix, CURTAINS)

    return (
        row(0, to.opened, "percent_state"),
        row(1, to.words({"fully_open": "ON", "fully_close": "OFF"}), "situation_set"),
        row(2, to.opened, "position"),
        row(3, to.opened, "percent_control"),
        row(3, to.words(CURTAIN_ORDERS), "control"),
    )


def _gang(number: int) -> tuple[Row, ...]:
    """Lamps and relays after the first: each a device of its own."""
    tail = f"_{number}"
    return (
        Row(ush.POWER, (f"switch_led{tail}",), to.power, 0, tail),
        Row(ush.POWER, (f"switch{tail}",), to.power, 1, tail),
        Row(ush.BRIGHTNESS, (f"bright_value{tail}",), to.percent, 0, tail, also=("work_mode",)),
    )


FIRST = (
    Row(ush.POWER, ("switch_led",), to.power, 0),
    Row(ush.POWER, ("switch",), to.power, 1),
    Row(ush.POWER, ("switch_led_1",), to.power, 2),
    Row(ush.POWER, ("switch_1",), to.power, 3),
    Row(ush.POWER, ("switch_fan",), to.power, 4),
    Row(ush.BRIGHTNESS, COLOURS, to.colour_percent, 0, also=("work_mode",)),
    Row(
        ush.BRIGHTNESS,
        ("bright_value_v2", "bright_value", "bright_value_1"),
        to.percent,
        1,
        also=("work_mode",),
    ),
    Row(ush.COLOR, COLOURS, to.colour, 0, also=("work_mode",), near=to.colours_near),
    Row(ush.COLOR, ("work_mode",), to.words(WORK_MODES), 1),
    Row(
        ush.TEMPERATURE,
        ("temp_set",),
        to.celsius,
        0,
        categories=CLIMATE,
        also=("temp_unit_convert", "c_f"),
    ),
    Row(ush.TEMPERATURE, ("temp_set_f",), to.celsius, 1, categories=CLIMATE),
    Row(
        ush.TEMPERATURE,
        ("temp_current", "upper_temp"),
        to.celsius,
        2,
        categories=CLIMATE,
        also=("temp_unit_convert", "c_f"),
    ),
    Row(ush.TEMPERATURE, ("temp_current_f", "upper_temp_f"), to.celsius, 3, categories=CLIMATE),
    Row(ush.MODE, ("mode",), to.words(MODES), 0, categories=COOLERS),
    Row(ush.MODE, ("mode_ventilation",), to.when_true("VENTILATION"), 1, categories=COOLERS),
    Row(ush.MODE, ("mode_dry",), to.when_true("DEHUMIDIFICATION"), 2, categories=COOLERS),
    Row(ush.MODE, ("mode_auto",), to.when_true("AUTO"), 3, categories=COOLERS),
    Row(ush.WIND, ("fan_speed_enum",), to.speed(SPEEDS), 0),
    Row(ush.WIND, ("windspeed", "fan_speed"), to.speed(SPEEDS), 1),
    Row(ush.DIRECTION, ("switch_horizontal",), to.when_true("SWING_LEFT_RIGHT"), 0),
    Row(ush.DIRECTION, ("switch_vertical",), to.when_true("SWING_UP_DOWN"), 1),
    Row(ush.DIRECTION, ("windshake",), to.words(WINDSHAKE), 2),
)
USB = tuple(
    Row(ush.POWER, (f"switch_usb{number}",), to.power, 0, f"_usb{number}") for number in range(1, 7)
)
ROWS: tuple[Row, ...] = (
    *FIRST,
    *_curtain(""),
    *(row for number in GANGS for row in (*_gang(number), *_curtain(f"_{number}"))),
    *USB,
)
