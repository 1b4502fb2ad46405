"""Types what the log said before anybody knew its product's specification. Changes no meaning.

The log sends text; rows that were read first keep it until the specification says what it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from .events import SLACK, SUPERSEDE
from .packing import EPOCH

NUMBERS = {"Integer", "Bitmap"}
RETYPE = """
    UPDATE devices_logentry SET said = regexp_replace(said, '^"([^"]+)"', '\\1')
    WHERE device_id = ANY(%s) AND provenance < 3 AND (
        code = ANY(SELECT number FROM devices_code WHERE code = ANY(%s))
            AND said ~ '^"(true|false)"(\\n|$)'
        OR code = ANY(SELECT number FROM devices_code WHERE code = ANY(%s))
            AND said ~ '^"-?(0|[1-9][0-9]{0,14})"(\\n|$)'
    )
"""


def retype(devices: Sequence[int], items: Iterable[Mapping[str, Any]]) -> int:
    """Type the rows of a product's devices, inside the caller's transaction; return how many.

    Typed, they are found to be what polls inferred, which gives way to them.
    """
    types = {item["code"]: item["type"] for item in items}
    flags = [code for code, type_ in types.items() if type_ == "Boolean"]
    numbers = [code for code, type_ in types.items() if type_ in NUMBERS]
    within: list[Any] = [list(devices), EPOCH, SLACK, SLACK]
    with connection.cursor() as cursor:
        cursor.execute(RETYPE, [list(devices), flags, numbers])
        count: int = cursor.rowcount
        if count:
            cursor.execute(SUPERSEDE, within)
    return count
