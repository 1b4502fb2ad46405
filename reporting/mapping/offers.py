"""Rows with names that USH has not published, ready to be switched on. None is sent by default.

An unknown name may make USH refuse a whole request, so that each takes an operator's decision. The
names follow those that other Chinese voice clouds use for the same things.
"""

from .table import Line

CONTACT = {"true": "OPEN", "false": "CLOSED"}
LEAK = {"alarm": "ALARM", "normal": "NORMAL", "1": "ALARM", "0": "NORMAL"}
MOTION = {"pir": "ON", "none": "OFF"}

OFFERS: tuple[Line, ...] = (
    Line("temp_value_v2", "ColorTemperature", "share", extension=True),
    Line("temp_value", "ColorTemperature", "share", extension=True),
    *(
        Line(code, "Humidity", "scaled", extension=True)
        for code in ("humidity", "humidity_value", "va_humidity", "humidity_current")
    ),
    Line("percent_state", "Position", "scaled", "cl", extension=True),
    Line("percent_state", "Position", "scaled", "clkg", extension=True),
    Line("doorcontact_state", "ContactState", "words", parameters=CONTACT, extension=True),
    Line("watersensor_state", "WaterLeak", "words", parameters=LEAK, extension=True),
    Line("pir", "Motion", "words", parameters=MOTION, extension=True),
    Line("battery_percentage", "BatteryLevel", "scaled", extension=True),
)
