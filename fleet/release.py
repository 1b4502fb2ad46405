"""Says whether a database fits this release: what an older one lacks, what a newer one has beyond.

A dump carries the names of its migrations and, as that table's comment, the release that wrote it.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

NEXT = ".venv/bin/python -m fleet.prepare"
WRITTEN_BY = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"
MOST_NAMED = 3
SIGN = "COMMENT ON TABLE django_migrations IS '{}'"


class Newer(ImproperlyConfigured):
    """This code does not know how the rows are meant: it leaves them alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database stands to the code; `takes` is what makes a migration a long one."""

    written_by: str
    is_new: bool
    lacks: tuple[str, ...]
    takes: tuple[str, ...]
    beyond: tuple[str, ...]

    @property
    def newer(self) -> str:
        """Say that it is of a newer release, and what to do; empty where it is not."""
        if not self.beyond:
            return ""
        return (
            f"The database was written by a newer release{self._name()}: this one,"
            f" {settings.VERSION}, does not know {_listed(self.beyond)}. Nothing was changed."
            " Start that release or a later one, or bring a dump of this one back into a fresh"
            " folder (docs/operations.md, Backup and restore)."
        )

    @property
    def older(self) -> str:
        """Say what an older one lacks and what that takes; empty where nothing is lacking."""
        if self.is_new or not self.lacks:
            return ""
        lacking = f"The database is of an older release{self._name()} and lacks"
        return " ".join((f"{lacking} {_listed(self.lacks)}.", *self.takes))

    def _name(self) -> str:
        return f" ({self.written_by})" if self.written_by else " of Fleet"


def look() -> Standing:
    """Compare what the database went through with what this code knows. Changes nothing."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    known = {name for one in loader.disk_migrations.values() for name in one.replaces}
    beyond = set(loader.applied_migrations) - known - loader.disk_migrations.keys()
    plan = [one for one, _back in executor.migration_plan(loader.graph.leaf_nodes())]
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN_BY)
        written_by = cursor.fetchone()[0] or ""
    return Standing(
        written_by,
        not loader.applied_migrations,
        tuple(f"{one.app_label}.{one.name}" for one in plan),
        tuple(f"{one.app_label}.{one.name} {one.takes}" for one in plan if hasattr(one, "takes")),
        tuple(sorted(f"{app}.{name}" for app, name in beyond)),
    )


def refuse_newer() -> str:
    """Raise `Newer` before anything is touched; else return what an older one lacks, in words."""
    standing = look()
    if standing.newer:
        raise Newer(standing.newer)
    return standing.older and f"{standing.older} What is lacking is run now."


def misfit() -> str:
    """Return why commands cannot work on this database, and the next step; empty: they can.

    Whoever cannot be asked is no misfit: other lines say so.
    """
    try:
        standing = look()
    except DatabaseError:
        return ""
    if standing.is_new:
        return f"The database is empty. Next: {NEXT}"
    return standing.newer or (standing.older and f"{standing.older} Next: {NEXT}")


def sign() -> None:
    """Write into the database which release brought it up to date, once."""
    own = f"Fleet {settings.VERSION}"
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN_BY)
        if cursor.fetchone()[0] == own:
            return
        try:
            cursor.execute(SIGN.format(own.replace("'", "''")))
        except ProgrammingError:  # somebody else owns the tables: the names of migrations remain
            return


def _listed(names: tuple[str, ...]) -> str:
    words = "one migration" if len(names) == 1 else f"{len(names)} migrations"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{words}: {', '.join(names[:MOST_NAMED])}{more}"
