"""The vendor's many spellings of a unit, and the one that people know. Facts only."""

SPELLINGS = {
    "°C": ("℃", "c", "°c", "deg c", "dec c", "摄氏度"),
    "°F": ("℉", "f", "°f", "deg f", "华氏度"),
    "°": ("度",),
    "%": ("\uff05", "百分比", "percent"),
    "% RH": ("%rh", "% rh", "rh%"),
    "s": ("秒", "sec", "second", "seconds"),
    "min": ("分", "分钟", "minute", "minutes", "minte", "mins"),
    "h": ("小时", "hour", "hours", "hr"),
    "d": ("天", "day", "days"),
    "ms": ("毫秒",),
    "kWh": ("kw·h", "kwh", "kw.h", "度电", "千瓦时"),
    "Wh": ("wh", "w·h"),
    "kW": ("kw", "千瓦"),
    "W": ("w", "瓦"),
    "V": ("v", "伏"),
    "A": ("安",),
    "mA": ("ma", "毫安"),
    "mV": (),
    "var": (),
    "kvar": ("kvar",),
    "kVA": ("kva",),
    "Hz": ("hz", "赫兹"),
    "MHz": ("mhz",),
    "ppm": ("ppm",),
    "lx": ("lux",),
    "klx": ("klux",),
    "µg/m³": ("ug/m3", "ug/m³", "μg/m3", "μg/m³", "µg/m3"),
    "mg/m³": ("mg/m3",),
    "m²": ("㎡", "m2", "平方米"),
    "m³": ("m3", "立方米"),
    "km": ("km", "公里"),
    "km/h": ("kph",),
    "kg": ("kg", "公斤"),
    "g": ("克",),
    "hPa": ("hpa",),
    "µS/cm": ("us/cm",),
    "mS/cm": ("ms/cm",),
    "in": ("inch",),
    "L": ("l", "升"),
    "mL": ("ml", "毫升"),
    "times": ("次",),
}
BY_SPELLING = {spelling: unit for unit, spellings in SPELLINGS.items() for spelling in spellings}
CASE_MATTERS = {"S": "s", "H": "h", "Min": "min", "C": "°C", "F": "°F"}
NO_UNIT = {"0", "1", "0.01", "x", "℃ ℉", "摄氏度或华氏度"}  # seen where a unit belongs


def normal(spelling: object) -> str:
    """Return the unit as people write it; what nobody knows is shown as it came."""
    unit = str(spelling or "").strip()
    if unit in NO_UNIT:
        return ""
    return CASE_MATTERS.get(unit) or BY_SPELLING.get(unit.lower()) or BY_SPELLING.get(unit) or unit
