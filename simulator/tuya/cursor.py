"""Places in a list, written so that no caller can be tempted to read them."""

import base64
import binascii

from simulator.tuya.refusal import Refusal


def write(place: int) -> str:
    """Write the ordinal of the last item that was given."""
    return base64.urlsafe_b64encode(f"row:{place}".encode()).decode()


def read(key: str) -> int:
    """Read it back; no key stands before the first item."""
    if not key:
        return -1
    try:
        text = base64.urlsafe_b64decode(key.encode()).decode()
        return int(text.removeprefix("row:"))
    except (ValueError, binascii.Error) as exc:
        raise Refusal(1109) from exc
