"""The numbers that stand for the codes of data points in the history: each is written down once."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError

from .packing import code_of

KNOWN = "SELECT code, number FROM devices_code WHERE code = ANY(%s)"
# In their order: two that meet the same new codes wait for each other, but never crosswise.
ADD = """
    INSERT INTO devices_code (code) SELECT code FROM unnest(%s::text[]) AS code ORDER BY code
    ON CONFLICT DO NOTHING
"""


def numbers(cursor: Any, codes: Iterable[str]) -> dict[str, int]:
    """Return each code's number, inside the caller's transaction; one never met is given one."""
    names = {code: code_of(code) for code in codes}
    known = _known(cursor, set(names.values()))
    new = sorted(set(names.values()) - known.keys())
    if new:
        cursor.execute(ADD, [new])
        known |= _known(cursor, new)
    if not known.keys() >= set(names.values()):
        message = "the history has no number left for another code: 65,536 are taken"
        raise IntegrityError(message)
    return {code: known[name] for code, name in names.items()}


def _known(cursor: Any, names: Iterable[str]) -> dict[str, int]:
    cursor.execute(KNOWN, [list(names)])
    return dict(cursor.fetchall())
