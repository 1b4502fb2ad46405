"""Makes the values that devices report: first, later and odd ones, and their text in a log."""

import base64
import json
import random
import struct
from collections.abc import Mapping

from simulator.product import DataPoint

# What an Integer without a range may hold (a device firmware's signed 32 bits).
WIDEST = 2_147_483_647


def first_value(point: DataPoint, source: random.Random) -> object:
    """Choose a plausible value to begin with."""
    kind = point.kind.lower()
    if kind in ("integer", "value"):
        low, high = _usual(point)
        return _stepped(point, source.randint(low, high))
    if kind in ("boolean", "bool"):
        return source.random() < 0.5  # noqa: PLR2004 - a coin
    if kind == "enum":
        return _choice(point, source)
    if kind == "bitmap":
        return 0
    return _text(point, kind, source)


def next_value(point: DataPoint, current: object, source: random.Random) -> object:
    """Choose the value that follows `current`: a drift for numbers, a change for the rest."""
    kind = point.kind.lower()
    if kind in ("boolean", "bool"):
        return not current
    if kind == "bitmap":
        return 0 if current else 1 << source.randrange(max(1, len(_labels(point))))
    if kind in ("integer", "value") and isinstance(current, int) and not point.sums:
        return _drift(point, current, source)
    if kind == "enum":
        return _choice(point, source, but=current)
    return first_value(point, source)


def odd_value(point: DataPoint, source: random.Random) -> object:
    """Choose a value that breaks the specification, as firmware in the field does now and then."""
    kind = point.kind.lower()
    if kind == "enum":
        return f"unknown_{source.randint(7, 9)}"
    if kind in ("integer", "value"):
        return bounds(point)[1] + source.randint(1, 9)
    if kind == "bitmap":
        return 1 << (len(_labels(point)) + 2)
    return first_value(point, source)


def log_text(value: object) -> str:
    """Write a value as the log does: everything is text there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def bounds(point: DataPoint) -> tuple[int, int]:
    """Read min and max, which some specifications write as text or leave out."""
    low, high = _number(point.values.get("min"), 0), _number(point.values.get("max"), WIDEST)
    return (low, high) if low <= high else (high, low)


def fits(point: DataPoint, value: object) -> bool:
    """Whether a command with this value would be taken: the JSON type must be the native one."""
    kind = point.kind.lower()
    if kind in ("boolean", "bool"):
        return isinstance(value, bool)
    if kind in ("integer", "value", "bitmap"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and (
            kind == "bitmap" or bounds(point)[0] <= int(str(value)) <= bounds(point)[1]
        )
    if kind == "enum":
        members = point.values.get("range")
        return isinstance(value, str) and (not isinstance(members, list) or value in members)
    return isinstance(value, (str, dict)) if kind == "json" else isinstance(value, str)


def _number(written: object, otherwise: int) -> int:
    try:
        return int(float(str(written)))
    except ValueError:
        return otherwise


def _usual(point: DataPoint) -> tuple[int, int]:
    if point.usual is not None:
        return point.usual
    low, high = bounds(point)
    # Without better knowledge: the lower middle of the range, where most real readings are.
    return low + (high - low) // 10, low + (high - low) // 2


def _stepped(point: DataPoint, value: int) -> int:
    low, high = bounds(point)
    step = max(1, _number(point.values.get("step"), 1))
    return min(high, max(low, low + (value - low) // step * step))


def _drift(point: DataPoint, current: int, source: random.Random) -> int:
    low, high = _usual(point)
    step = max(1, _number(point.values.get("step"), 1))
    reach = max(step, (high - low) // 12 // step * step)
    moved = min(high, max(low, current + source.choice((-1, 1)) * source.randint(step, reach)))
    value = _stepped(point, moved)
    # A report exists because something changed: at the edge of the range, turn round.
    return value if value != current else _stepped(point, low if current > low else high)


def _choice(point: DataPoint, source: random.Random, but: object = None) -> str:
    members = point.values.get("range")
    named = [str(one) for one in members] if isinstance(members, list) else []
    return source.choice([one for one in named if one != but] or named or ["0"])


def _labels(point: DataPoint) -> list[object]:
    labels = point.values.get("label")
    return (
        labels
        if isinstance(labels, list)
        else [None] * min(30, _number(point.values.get("maxlen"), 1))
    )


def _text(point: DataPoint, kind: str, source: random.Random) -> str:
    if point.code.startswith("phase_"):
        return phase(
            source.randint(2180, 2420), source.randint(100, 9000), source.randint(20, 2000)
        )
    if kind == "raw":
        return base64.b64encode(source.randbytes(source.choice((4, 6, 8)))).decode()
    if kind == "json":
        return _json(point, source)
    return source.choice(("", "ok", "2.1.7", "a1b2c3"))


def _json(point: DataPoint, source: random.Random) -> str:
    parts = {
        name: source.randint(_number(part.get("min"), 0), _number(part.get("max"), 1000))
        for name, part in point.values.items()
        if isinstance(part, Mapping)
    }
    return json.dumps(parts or {"mode": source.randint(0, 3)}, separators=(",", ":"))


def phase(tenth_volts: int, milliamperes: int, watts: int) -> str:
    """Pack one phase's electricity: 8 bytes big-endian: 0.1 V in 2, mA in 3, W in 3."""
    packed = struct.pack(">H", tenth_volts)
    packed += struct.pack(">I", milliamperes)[1:] + struct.pack(">I", watts)[1:]
    return base64.b64encode(packed).decode()
