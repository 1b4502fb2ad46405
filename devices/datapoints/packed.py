"""Unpacks values that carry several facts: Raw bytes and Bitmap faults.

Unknown layouts stay hex.
"""

import base64
import binascii
import re

from devices.changes import RawValue
from devices.datapoints.definition import Definition
from devices.datapoints.readings import Meaning, cited, shortened, shown

PHASE = re.compile(r"phase_[a-c]")
PHASE_BYTES = 8  # voltage 2 bytes of 0.1 V, current 3 bytes of mA, power 3 bytes of W
SHOWN_BYTES = 32
WIDEST = 64  # bits; the vendor's bitmaps have 32


def raw_meaning(definition: Definition, raw: RawValue, language: str) -> Meaning:
    """Decode base64: electricity of a phase as figures, anything else as hex and its length."""
    if not isinstance(raw, str):
        return Meaning(raw, shown(raw, language), "raw", f"{cited(raw)} is not base64 text")
    try:
        content = base64.b64decode(raw.strip(), validate=True)
    except (binascii.Error, ValueError):
        return Meaning(raw, shown(raw, language), "raw", "not base64")
    if not content:
        return Meaning("", shown("", language), "raw")
    if PHASE.fullmatch(definition.code) and len(content) == PHASE_BYTES:
        return _electricity(content)
    visible = content[:SHOWN_BYTES].hex(" ") + (" …" if len(content) > SHOWN_BYTES else "")
    size = "字节" if language.startswith("zh") else "byte" if len(content) == 1 else "bytes"
    return Meaning(content.hex(), f"{visible} ({len(content)} {size})", "raw")


def _electricity(content: bytes) -> Meaning:
    voltage = int.from_bytes(content[0:2])
    current = int.from_bytes(content[2:5])
    power = int.from_bytes(content[5:8])
    parts = (
        ("voltage", f"{voltage / 10:.1f} V"),
        ("current", f"{current / 1000:.3f} A"),
        ("power", f"{power} W"),
    )
    return Meaning(
        value={"voltage": voltage / 10, "current": current / 1000, "power": power},
        text=", ".join(text for _, text in parts),
        kind="raw",
        parts=parts,
    )


def bitmap_meaning(definition: Definition, raw: RawValue, language: str) -> Meaning:
    """Name the bits that are set: bit i carries label i."""
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        return Meaning(raw, shown(raw, language), "bitmap", f"{cited(raw)} is not a bitmap")
    if raw.bit_length() > WIDEST:
        return Meaning(raw, shown(raw, language), "bitmap", "wider than any bitmap")
    bits = [bit for bit in range(raw.bit_length()) if raw >> bit & 1]
    names = [_label(definition, bit) for bit in bits]
    none = "无" if language.startswith("zh") else "none"
    subject = definition.code.replace("_", " ").strip().lower()
    text = f"{subject}: {', '.join(names)}" if names else none
    return Meaning(names, shortened(text), "bitmap", _excess(definition, bits))


def _label(definition: Definition, bit: int) -> str:
    if bit < len(definition.options) and definition.options[bit]:
        return definition.options[bit].replace("_", " ")
    return f"bit {bit}"


def _excess(definition: Definition, bits: list[int]) -> str:
    width = max(len(definition.options), definition.longest or 0)
    nameless = [bit for bit in bits if bit >= width] if width else []
    return f"bit {nameless[0]} is outside 0..{width - 1}" if nameless else ""
