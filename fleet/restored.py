"""Notices that the rows come from a backup: then neither the cloud nor USH is where they say.

A dump brought back lies in a database that was made anew, and PostgreSQL numbers those. A copied
folder keeps its number: for that there is `manage.py restored`.
"""

import logging
from datetime import datetime
from typing import NamedTuple

from django.db import ProgrammingError, connection, transaction

from devices import restored as orders
from people import deeds, seen_settings
from people.models import Deed
from reporting import outbox

logger = logging.getLogger(__name__)

NAME = "database"  # among the settings that were seen; those are written in capitals
NUMBERS = """
SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid
FROM pg_database WHERE datname = current_database()
"""
# Every plan would begin with a guess, until PostgreSQL comes by to count, which takes minutes.
UNCOUNTED = """
SELECT EXISTS (SELECT FROM pg_class AS one
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND pg_relation_size(one.oid) > 64 * 1024
    AND NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = 'public' AND tablename = relname))
"""


class Handled(NamedTuple):
    """Of how many devices something was still to be sent, and how much USH is told again."""

    held: int
    told_again: int


def look(now: datetime) -> Handled | None:
    """Handle a backup that was brought back since the last start; None: it is the same database."""
    with transaction.atomic():
        numbers = _numbers()
        if not numbers or not seen_settings.is_another(NAME, numbers):
            return None
        return handle("start", now)


def count_rows() -> None:
    """Have PostgreSQL count what a dump brought back: its figures are no part of a dump."""
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNTED)
        if cursor.fetchone()[0]:
            cursor.execute("ANALYZE")


def handle(by: str, now: datetime) -> Handled:
    """Ask for nothing twice, tell USH all of it again, and put both on record."""
    with transaction.atomic():
        done = Handled(orders.hold(now), outbox.doubt_all(now))
        deeds.record(by, Deed.What.RESTORED, now, **done._asdict())
    logger.warning("a backup was brought back", extra=done._asdict())
    return done


def _numbers() -> str:
    """Return what tells this database from every other; empty where it may not be asked for."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NUMBERS)
            return str(cursor.fetchone()[0])
    except ProgrammingError as problem:
        logger.warning("a restored backup cannot be noticed", extra={"error": str(problem)})
        return ""
