"""How what PostgreSQL says becomes values of Python."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from psycopg.postgres import types
from psycopg.pq import Format

from fleet import database, moments

TIMESTAMPTZ = types["timestamptz"].oid


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-22 08:06:48.436+00", datetime(2026, 11, 22, 8, 6, 48, 436_000, UTC)),
        ("2026-11-22 08:06:48+08", datetime(2026, 11, 22, 0, 6, 48, tzinfo=UTC)),
        ("0001-01-01 00:00:00.000001+00", datetime(1, 1, 1, 0, 0, 0, 1, UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
    ],
)
def test_a_moment_is_read_to_the_microsecond_in_utc(db, written, read):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz", [written])
        found = cursor.fetchone()

    assert found == (read, None)
    assert found[0].tzinfo is UTC


@pytest.mark.parametrize("written", ["infinity", "10000-01-01 00:00:00+00", "0044-03-15 12:00 BC"])
def test_a_moment_beyond_the_calendar_is_refused_and_not_bent(db, written):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        with pytest.raises(DataError):
            cursor.fetchone()


def test_moments_are_read_by_our_own_reader_on_every_connection(db):
    connection.ensure_connection()

    loader = connection.connection.adapters.get_loader(TIMESTAMPTZ, Format.TEXT)

    assert loader is moments.Moments


@pytest.mark.parametrize("pooled", [False, True])
def test_a_server_that_is_gone_without_a_word_is_noticed_unless_the_address_says_otherwise(pooled):
    url = "postgresql://fleet:x@db.example/fleet?keepalives_idle=5&sslmode=require"

    options = database.describe(url, pooled=pooled)["OPTIONS"]

    wanted = {"keepalives_idle": "5", "tcp_user_timeout": "60000", "connect_timeout": "10"}
    assert {name: options[name] for name in wanted} == wanted
    assert options["sslmode"] == "require"


def test_the_connection_asks_the_server_for_signs_of_life(db):
    connection.ensure_connection()

    told = connection.connection.info.get_parameters()

    assert {name: told.get(name) for name in database.ALIVE} == database.ALIVE
