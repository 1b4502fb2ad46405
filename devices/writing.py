"""Writes the rows of many devices in one statement: one document that PostgreSQL takes apart.

Decides nothing. A device has forty columns; built by the ORM, their statement costs ten times this.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from django.db import connection
from django.db.models import NOT_PROVIDED

from .models import Device

# Two looks may meet the same devices: in one order of ids the second waits for the first,
# crosswise they would deadlock. Each device is owed its history from its first look on.
INSERT = """
    WITH came AS (
        INSERT INTO devices_device ({columns})
        SELECT {columns} FROM json_populate_recordset(NULL::devices_device, %s::json)
        ORDER BY device_id
        ON CONFLICT (device_id) DO NOTHING
        RETURNING device_id, id
    ), owed AS (
        INSERT INTO devices_coverage (device_id, since, complete, lost)
        SELECT id, %s, '[]', '[]' FROM came
    )
    SELECT device_id, id FROM came
"""
UPDATE = """
    UPDATE devices_device AS device SET {changes}
    FROM json_populate_recordset(NULL::devices_device, %s::json) AS news
    WHERE device.id = news.id
"""


def insert(rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Add new devices; return the keys of those that were not there, by id of the cloud.

    A row names columns; what it leaves out is as in a new `Device`.
    """
    blank = _blank()
    document = _document({**blank, **row} for row in rows)
    columns = ", ".join(f'"{name}"' for name in {**blank, **rows[0]})
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(columns=columns), [document, now])
        return dict(cursor.fetchall())


def update(devices: Iterable[Device], columns: Sequence[str]) -> None:
    """Write these columns of devices that the caller holds locked."""
    document = _document(
        {"id": device.pk} | {name: getattr(device, name) for name in columns} for device in devices
    )
    changes = ", ".join(f'"{name}" = news."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(UPDATE.format(changes=changes), [document])


@cache
def _blank() -> dict[str, Any]:
    """Return what a new device has in each column that the database does not fill in itself."""
    blank = Device()
    return {
        field.attname: getattr(blank, field.attname)
        for field in Device._meta.concrete_fields  # noqa: SLF001  Django's documented interface
        if not field.primary_key and field.db_default is NOT_PROVIDED
    }


def _document(rows: Iterable[Mapping[str, Any]]) -> str:
    return msgspec.json.encode([_stored(row) for row in rows]).decode()


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Put into words what JSON has no form for: ciphertext and bytes."""
    stored = dict(row)
    if stored.get("local_key"):
        field = Device._meta.get_field("local_key")  # noqa: SLF001  Django's documented interface
        stored["local_key"] = field.get_prep_value(stored["local_key"])
    if "listing_digest" in stored:
        stored["listing_digest"] = f"\\x{bytes(stored['listing_digest']).hex()}"
    return stored
