"""Short words to write data points with, so that a product reads like its table in a manual."""

from simulator.product import DataPoint


def flag(dp_id: int, code: str, name: str, *, ro: bool = False) -> DataPoint:
    """Boolean."""
    return DataPoint(dp_id, code, "Boolean", "ro" if ro else "rw", name)


def number(
    dp_id: int,
    code: str,
    name: str,
    span: tuple[int, int],
    *,
    unit: str = "",
    scale: int = 0,
    step: int = 1,
    ro: bool = False,
    usual: tuple[int, int] | None = None,
    sums: bool = False,
) -> DataPoint:
    """Integer; what a person reads is the raw value divided by 10 to the power of `scale`."""
    values = {"unit": unit, "min": span[0], "max": span[1], "scale": scale, "step": step}
    return DataPoint(dp_id, code, "Integer", "ro" if ro else "rw", name, values, usual, sums)


def choice(dp_id: int, code: str, name: str, members: str, *, ro: bool = False) -> DataPoint:
    """Enum; members are written with blanks between."""
    return DataPoint(dp_id, code, "Enum", "ro" if ro else "rw", name, {"range": members.split()})


def faults(dp_id: int, code: str, name: str, labels: str) -> DataPoint:
    """Bitmap, report only; bit i means label i, 0 means no fault."""
    members = labels.split()
    return DataPoint(dp_id, code, "Bitmap", "ro", name, {"label": members, "maxlen": len(members)})


def raw(dp_id: int, code: str, name: str, *, ro: bool = False) -> DataPoint:
    """Raw: bytes, in base64."""
    return DataPoint(dp_id, code, "Raw", "ro" if ro else "rw", name)


def text(dp_id: int, code: str, name: str, *, ro: bool = False, maxlen: int = 255) -> DataPoint:
    """Text of a largest length (type String)."""
    return DataPoint(dp_id, code, "String", "ro" if ro else "rw", name, {"maxlen": maxlen})


def colour(dp_id: int, code: str, name: str, *, fine: bool = True) -> DataPoint:
    """Build a colour as JSON text: hue to 360; saturation and value to 1000, on old lamps 255."""
    top = 1000 if fine else 255
    values: dict[str, object] = {
        part: {"min": 0, "scale": 0, "unit": "", "max": limit, "step": 1}
        for part, limit in (("h", 360), ("s", top), ("v", top))
    }
    return DataPoint(dp_id, code, "Json", "rw", name, values)


def battery(dp_id: int = 15) -> DataPoint:
    """Battery charge in percent."""
    return number(
        dp_id, "battery_percentage", "电池电量", (0, 100), unit="%", ro=True, usual=(35, 100)
    )


def celsius(
    dp_id: int,
    code: str,
    name: str,
    span: tuple[int, int],
    *,
    scale: int = 0,
    ro: bool = False,
    usual: tuple[int, int] | None = None,
    step: int = 1,
) -> DataPoint:
    """Temperature in degrees Celsius."""
    return number(dp_id, code, name, span, unit="℃", scale=scale, ro=ro, usual=usual, step=step)
