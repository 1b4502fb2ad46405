"""Runs the few statements that every change goes through: understood once, planned once a shift.

Planning such a statement costs more than running it. Their joins are small and their rows are found
by index whatever the tables hold, so that one plan is right for all: see `planned_once`.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import Error, connection

# A plan that was made over empty tables must be right over full ones: by index, row by row.
PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
PLACE = re.compile(r"%\((\w+)\)s")


class Statement:
    """A statement with named places, `%(name)s`, that gives one row."""

    def __init__(self, text: str) -> None:
        """Number the places once: doing it at each run would cost as much as the run."""
        self.names = tuple(dict.fromkeys(PLACE.findall(text)))
        numbers = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        self.text = PLACE.sub(lambda found: numbers[found[1]], text).encode()

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run it as a prepared one."""
        connection.ensure_connection()
        link = connection.connection
        link.prepare_threshold = 0  # Django's own cursors prepare nothing, whatever this says
        with connection.wrap_database_errors, psycopg.RawCursor(link) as cursor:
            found = cursor.execute(self.text, [values[name] for name in self.names]).fetchone()
        return found or ()


@contextmanager
def planned_once() -> Iterator[None]:
    """Keep the plans of prepared statements for as long as this lasts."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = {value}" for name, value in PLANS.items()))
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("; ".join(f"RESET {name}" for name in PLANS))
