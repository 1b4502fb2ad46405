"""The mapping as it is now: read from rows once per change and kept, and its lock.

Takers of letters share the lock until they commit; who changes the mapping has it alone.
"""

from django.db import connection

from .mapping import PUBLISHED, Line, Table, build
from .models import MappingRow

LOCK = 4_872_001  # any number that nothing else in this database locks
KEPT: dict[int, Table] = {0: PUBLISHED}


def of(mark: int) -> Table:
    """Give the table that a mark stands for; only the newest is kept."""
    found = KEPT.get(mark)
    if found is None:
        found = build(lines())
        KEPT.clear()
        KEPT.update({0: PUBLISHED, mark: found})
    return found


def lines() -> list[Line]:
    """Give the operator's rows that count."""
    return [line(row) for row in MappingRow.objects.filter(enabled=True).order_by("pk")]


def line(row: MappingRow) -> Line:
    """Give a row as the pure table wants it."""
    return Line(
        row.code,
        row.property,
        row.kind,
        row.category,
        row.suffix,
        dict(row.parameters),
        row.extension,
    )


def share() -> None:
    """Hold the mapping as it is until the transaction ends."""
    _lock("pg_advisory_xact_lock_shared")


def own() -> None:
    """Have the mapping alone until the transaction ends; waits for all who hold it."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])
