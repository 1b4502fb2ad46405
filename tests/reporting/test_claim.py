"""What a claim costs, whatever PostgreSQL believes of its tables."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection

from reporting import cells, forwarder, quick

pytestmark = pytest.mark.django_db


def rows_read():
    """How many cells this transaction has looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables"
            " WHERE relname = 'reporting_cell'"
        )
        return int(cursor.fetchone()[0])


def believe(rows, pages):
    """Have PostgreSQL plan as with statistics that are older than what the table holds."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reporting_cell")
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s, relpages = %s WHERE relname = 'reporting_cell'",
            [rows, pages],
        )


@pytest.mark.parametrize("planned", [quick.planned_once, nullcontext])
@pytest.mark.parametrize("pages", [1, 400])
def test_a_request_looks_at_its_own_cells_also_when_the_table_is_thought_to_be_small(
    make_office, planned, pages
):
    office = make_office(max_devices=100)
    office.switch("plug0")
    believe(rows=1, pages=pages)
    office.switch(*[f"plug{n}" for n in range(1, 2_000)])

    with planned():
        before = rows_read()
        tally = forwarder.forward_due(office.desk)

    assert tally.cells == 100
    assert rows_read() - before < 100 * tally.cells  # all for each would be 2,000


def joins(plan):
    """What a plan joins, in all its depth."""
    below = [name for part in plan.get("Plans", ()) for name in joins(part)]
    return below + [name for name in (plan["Node Type"],) if "Join" in name or "Loop" in name]


@pytest.mark.parametrize(
    "change",
    [
        lambda now: cells.tell_again("ush", now),
        lambda now: cells.tell_again("ush", now, acked_before=now + timedelta(hours=1)),
        lambda now: cells.tell_again("ush", now, ["plug0", "plug1"]),
        lambda _now: cells.reopen("ush", ["plug0", "plug1"], {("plug0", "PowerState")}),
        lambda _now: cells.forget(["plug0", "plug1"]),
    ],
)
def test_no_plan_for_many_cells_joins_them_to_themselves(office, change):
    """Whoever thinks that there is one cell finds it anew for each: minutes for a big fleet."""
    office.switch("plug0", "plug1", "plug2")
    forwarder.drain(office.desk)
    believe(rows=1, pages=1)
    asked = []

    def explained(execute, sql, params, many, context):
        if "reporting_cell" in sql:
            with connection.connection.cursor() as cursor:
                plan = cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params).fetchone()[0]
            asked.append(joins(plan[0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        change(office.clock.now)

    assert len(asked) >= 2
    assert [found for found in asked if found] == []
