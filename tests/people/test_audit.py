"""The chain of deeds: one order whoever writes, and every tampering is found by its row."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from people import audit, chain, deeds
from people.models import ChainHead, Deed

FORGED = """
    INSERT INTO people_deed
    SELECT 6, at, who, address, what, about, why, devices, details, seal, seal
    FROM people_deed WHERE id = 5
"""
pytestmark = pytest.mark.django_db

WEIRD = {"名": "灯 💡", "big": 10**30, "float": 1e16, "small": 1e-7, "none": None, "list": [1.0]}


@pytest.fixture
def five(now):
    return [
        deeds.record(f"person {n}", "revealed", now, about=f"bf{n}", details_of=n)
        for n in range(1, 6)
    ]


def as_superuser(sql):
    """What somebody can do who owns the database and hides the traces."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_deed DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE people_deed ENABLE TRIGGER USER")


def broken():
    found = audit.verify()
    return found.broken, found.why


def test_each_deed_carries_the_seal_of_the_one_before(five):
    seals = [chain.START, *(deed.seal for deed in five)]

    assert [(deed.pk, deed.previous) for deed in Deed.objects.order_by("pk")] == list(
        enumerate(seals[:-1], start=1)
    )
    assert len(set(seals)) == 6
    assert str(ChainHead.objects.get()) == f"5:{seals[-1]}"


def test_a_deed_reads_back_as_it_was_sealed_whatever_it_says(now):
    deeds.record("Ünal", "mapping-add", now, why="”\n\\", devices=["灯", "b"], **WEIRD)

    assert audit.verify() == audit.Finding(1, 1, Deed.objects.get().seal)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "UPDATE people_deed SET who = 'nobody' WHERE id = 3",
            (3, "what it says is not what was sealed"),
        ),
        (
            "UPDATE people_deed SET at = at + interval '1 microsecond' WHERE id = 1",
            (1, "what it says is not what was sealed"),
        ),
        (
            "UPDATE people_deed SET details = '{}' WHERE id = 5",
            (5, "what it says is not what was sealed"),
        ),
        ("DELETE FROM people_deed WHERE id = 3", (3, "the row is missing")),
        ("DELETE FROM people_deed WHERE id = 1", (1, "the row is missing")),
        ("DELETE FROM people_deed WHERE id = 5", (5, "the row is missing")),
        ("DELETE FROM people_deed", (1, "the row is missing")),
        (
            FORGED,
            (6, "what it says is not what was sealed"),
        ),
    ],
)
def test_what_was_altered_or_taken_out_is_named(five, sql, found):
    assert broken() == (None, "")

    as_superuser(sql)

    assert broken() == found


def test_a_chain_written_anew_does_not_have_the_end_that_was_kept_elsewhere(five, now):
    kept = (3, five[2].seal)
    as_superuser("DELETE FROM people_deed; DELETE FROM people_chainhead")
    for n in range(1, 6):
        deeds.record("nobody", "revealed", now, about=f"bf{n}")

    assert broken() == (None, "")
    found = audit.verify(kept)
    assert (found.broken, found.why) == (
        3,
        "its seal is not the one that you kept: the chain was written anew",
    )


@pytest.mark.parametrize(
    "sql",
    ["UPDATE people_deed SET who = 'x'", "DELETE FROM people_deed", "TRUNCATE people_deed"],
)
def test_the_database_itself_refuses(five, sql):
    with connection.cursor() as cursor:
        # the tests empty their tables themselves, and have switched this one off for that
        cursor.execute("ALTER TABLE people_deed ENABLE TRIGGER deed_stays_whole")
        with (
            pytest.raises(DatabaseError, match="neither changed nor deleted"),
            transaction.atomic(),
        ):
            cursor.execute(sql)

    assert broken() == (None, "")


def test_the_command_says_whole_with_its_end_or_names_the_row(five):
    said = StringIO()
    call_command("verify_audit", stdout=said)
    as_superuser("UPDATE people_deed SET about = '' WHERE id = 4")

    assert said.getvalue().startswith(f"verify_audit: 5 rows, whole, end 5:{five[-1].seal}, ")
    with pytest.raises(CommandError, match=r"^verify_audit: broken at row 4: what it says"):
        call_command("verify_audit", "--expect", f"2:{five[1].seal}")
    with pytest.raises(CommandError, match=r"--expect takes NUMBER:SEAL, not 'x'"):
        call_command("verify_audit", "--expect", "x")


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_make_one_chain(now):
    def write(n):
        try:
            with transaction.atomic():
                deeds.record(f"person {n}", "revealed", now)
                if n % 3 == 0:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))

    found = audit.verify()
    assert (found.rows, found.number, found.broken) == (8, 8, None)
