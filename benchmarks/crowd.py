"""A big fleet and its history, made in SQL: devices of the simulator multiplied, rows of 35 days.

Real products, names, states and codes; what grows is their number. Reads no cloud after the first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from benchmarks import ground
from devices import partitions, sync
from devices.models import Device

TEMPLATES = 500  # devices of the simulator, each copied until the fleet is big enough
DAYS = 35
HOT_SHARE = 0.03  # of all rows belong to one device: its log is as deep as logs get
BUSY_SHARE = 0.001  # of the devices tell something every minute
BUSY_A_DAY = 1_440
TOLD = ("switch_1", "switch", "cur_power", "va_temperature", "temp_current", "bright_value_v2")

# A copy's ids follow from its template's and the number of the copy, so that a sub-device's
# gateway is the copy of its gateway.
DEVICES = """
INSERT INTO devices_device SELECT made.* FROM devices_device AS one
CROSS JOIN generate_series(1, %(copies)s) AS number
CROSS JOIN LATERAL jsonb_populate_record(one, jsonb_build_object(
    'id', one.id + number * %(templates)s,
    'device_id', 'bf' || substr(md5(one.device_id || number), 1, 20),
    'name', one.name || ' ' || number,
    'gateway_id', CASE WHEN one.gateway_id = '' THEN ''
        ELSE 'bf' || substr(md5(one.gateway_id || number), 1, 20) END,
    'uuid', substr(md5(one.uuid || number), 1, 16),
    'mac', substr(md5('mac' || one.id || number), 1, 12),
    'sn', '',
    'tags', CASE WHEN (one.id + number) %% 50 = 0 THEN '["lab"]' ELSE '[]' END::jsonb,
    'online', hashtext(one.device_id || number) %% 20 <> 0,
    'last_event_at', %(now)s - hashtext(one.uuid || number)::bigint %% 600000 * interval '1 s',
    'first_seen_at', %(now)s - interval '40 days'
)) AS made
"""
COVERAGE = """
INSERT INTO devices_coverage (device_id, since, complete, lost)
SELECT id, %(now)s - interval '40 days', jsonb_build_array(jsonb_build_array(
    (extract(epoch FROM %(now)s - interval '40 days') * 1000)::bigint,
    (extract(epoch FROM %(now)s - id %% 60 * interval '1 min') * 1000)::bigint)), '[]'
FROM devices_device
ON CONFLICT (device_id) DO UPDATE SET since = excluded.since, complete = excluded.complete
"""
CELLS = """
INSERT INTO reporting_cell SELECT made.* FROM reporting_cell AS one
CROSS JOIN generate_series(1, %(copies)s) AS number
CROSS JOIN LATERAL (
    SELECT 'bf' || substr(md5(one.device_key || number), 1, 20) AS id
) AS key
CROSS JOIN LATERAL jsonb_populate_record(one, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('reporting_cell', 'id')),
    'device_key', key.id, 'ush_device_id', replace(one.ush_device_id, one.device_key, key.id)
)) AS made
"""
ALL_TOLD = """
UPDATE reporting_cell SET acked_version = version, acked_value = value, acked_known = true,
    acked_at = %(now)s
"""
PACES = """
CREATE TEMPORARY TABLE pace AS
SELECT id AS device, CASE WHEN row_number() OVER spread = 1 THEN %(hot)s
        WHEN row_number() OVER spread <= %(busy)s + 1 THEN %(busy_a_day)s
        ELSE 1 + (abs(hashtext(device_id)) %% 1000 < %(extra)s * 1000)::int * %(more)s
    END AS a_day, codes, said
FROM devices_device CROSS JOIN LATERAL (
    SELECT array_agg(key ORDER BY NOT key = ANY(%(told)s), key) AS codes,
        array_agg(value ORDER BY NOT key = ANY(%(told)s), key) AS said
    FROM jsonb_each(status)
) AS known
WHERE status <> '{}' WINDOW spread AS (ORDER BY status ? 'switch_1' DESC, md5(device_id))
"""
# A report of a data point, every fortieth row that a device came or went. Two data points are
# often told in one millisecond, as devices do.
ROWS = """
INSERT INTO devices_logentry
    (event_time, device_id, lag, code, event_id, source_id, provenance, said)
SELECT at + turn %% 2 * interval '1 us', device, abs(hashtext(device::text || turn)) %% 1800000,
    known.number, event_id, source, 1, coalesce(value::text, '')
FROM pace CROSS JOIN generate_series(1, a_day) AS turn
CROSS JOIN LATERAL (
    SELECT %(day)s + ((turn + 1) / 2 * 2) * interval '1 day' / (a_day + 2)
        + abs(hashtext((device * 7)::text)) %% 40000 * interval '1 ms' AS at,
        1 + turn %% least(cardinality(codes), 3) AS place,
        turn %% 40 = 7 AS came
) AS told
CROSS JOIN LATERAL (
    SELECT CASE WHEN came THEN 1 + turn / 40 %% 2 ELSE 7 END AS event_id,
        CASE WHEN came THEN NULL ELSE 1 + turn %% 2 END AS source,
        CASE WHEN came THEN '' ELSE codes[place] END AS code,
        CASE WHEN came THEN NULL
            WHEN jsonb_typeof(said[place]) = 'boolean' THEN to_jsonb(turn %% 2 = 0)
            WHEN jsonb_typeof(said[place]) = 'number'
                THEN to_jsonb((said[place] #>> '{}')::numeric + turn %% 37)
            ELSE said[place] END AS value
) AS row
JOIN devices_code known USING (code)
"""
CODES = """
INSERT INTO devices_code (code)
SELECT DISTINCT code FROM (SELECT unnest(codes) AS code FROM pace UNION SELECT '') told
ON CONFLICT DO NOTHING
"""


def build(devices: int, rows: int) -> None:
    """Make the fleet and its history, if any is wanted; the tables must be empty."""
    with ground.simulator(devices=TEMPLATES, users=3) as url:
        settings.TUYA_BASE_URL = url
        settings.USH_REPORT_URL = f"{url}/v2/iot/status-report"
        done = sync.sync(timezone.now(), force=True)
    assert done is not None, "another process is at it"
    assert done.seen == TEMPLATES, done.error
    now = timezone.now()
    _multiply(devices, now)
    if rows:
        _remember(devices, rows, now)
    connection.cursor().execute("VACUUM ANALYZE")


def _multiply(devices: int, now: datetime) -> None:
    copies = devices // TEMPLATES - 1
    given: dict[str, Any] = {"copies": copies, "templates": TEMPLATES, "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DEVICES, given)
        cursor.execute(COVERAGE, given)
        cursor.execute(CELLS, given)
        cursor.execute(ALL_TOLD, given)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('devices_device', 'id'), max(id))"
            " FROM devices_device"
        )
    assert Device.objects.count() == devices


def _remember(devices: int, rows: int, now: datetime) -> None:
    """Write the history day by day, as harvests do, and index it at the end."""
    a_day = rows / DAYS
    busy = int(devices * BUSY_SHARE)
    rest = max(a_day * (1 - HOT_SHARE) - busy * BUSY_A_DAY, devices) / devices
    paces: dict[str, Any] = {
        "hot": int(a_day * HOT_SHARE),
        "busy": busy,
        "busy_a_day": BUSY_A_DAY,
        "extra": min((rest - 1) / 4, 1),
        "more": 4 if rest <= 5 else int(rest - 1),
        "told": list(TOLD),
    }
    days = [now - timedelta(days=past) for past in range(DAYS, 0, -1)]
    with transaction.atomic(), connection.cursor() as cursor:
        partitions.ensure([*days, now])
        cursor.execute(PACES, paces)
        cursor.execute(CODES)
        with without_indexes(cursor):
            for day in days:
                cursor.execute(ROWS, {"day": day})
        cursor.execute("DROP TABLE pace")


@contextmanager
def without_indexes(cursor: CursorWrapper) -> Iterator[None]:
    """Make the indexes of the history anew after the rows: ten times faster than row by row."""
    table = "'devices_logentry'::regclass"
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"  # noqa: S608
        f" WHERE conrelid = {table} AND contype = 'p'"
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"  # noqa: S608
        f" WHERE indrelid = {table} AND NOT indisprimary"
    )
    indexes = cursor.fetchall()
    for name, _definition in keys:
        cursor.execute(f"ALTER TABLE devices_logentry DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for name, definition in keys:
        cursor.execute(f"ALTER TABLE devices_logentry ADD CONSTRAINT {name} {definition}")
    for _name, definition in indexes:
        cursor.execute(definition.replace("ON ONLY ", "ON "))
