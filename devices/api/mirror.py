"""Devices as REST shows them, each written as JSON by the database in the statement that finds it.

Thirty members a row: reading them as values, only to write them again, took most of a call's time.
The names of the members and their order are here and nowhere else. Never writes a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.db.models import CharField
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language

from devices.words import category_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.db.models import QuerySet

    from devices.models import Device

LOOKED = """(SELECT started_at FROM devices_syncrun WHERE kind = 'sync' AND outcome = 'complete'
    ORDER BY started_at DESC LIMIT 1)"""
# A device that is present was seen at the newest complete look at the cloud.
SEEN = f"""CASE WHEN devices_device.state = 'present'
    THEN greatest(devices_device.last_seen_at, {LOOKED}) ELSE devices_device.last_seen_at END"""
ICON = """CASE WHEN devices_device.icon = '' OR position('://' IN devices_device.icon) > 0
    THEN devices_device.icon WHEN %s = '' THEN '' ELSE %s || ltrim(devices_device.icon, '/') END"""
PRODUCT = """coalesce((SELECT kind.name FROM devices_product AS kind
    WHERE kind.product_id = devices_device.product_id), '')"""


def _own(*names: str) -> dict[str, str]:
    return {name: f"devices_device.{name}" for name in names}


def _time(moment: str) -> str:
    """RFC 3339, UTC; milliseconds are cut, as `rest.times.stamp` does."""
    return f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


def _times(*names: str) -> dict[str, str]:
    return {name: _time(f"devices_device.{name}") for name in names}


MEMBERS = {
    **_own("device_id", "name", "category"),
    "category_name": "NULL",  # in the language of the caller: put in by `written`
    **_own("product_id"),
    "product_name": PRODUCT,
    **_own("online"),
    **_times("online_since"),
    **_own("sub"),
    "gateway": "devices_device.gateway_id",
    **_own("uuid", "sn", "mac", "ip", "time_zone", "owner_id", "uid"),
    "icon_url": ICON,
    **_own("model"),
    **_times("active_at", "created_at", "updated_at", "first_seen_at"),
    "last_seen_at": _time(SEEN),
    **_times("last_event_at"),
    **_own("state"),
    **_times("state_since"),
    **_own("state_reason"),
    **_times("retired_at"),
    **_own("tags", "note", "status"),
}
TOLD = ", ".join(f'{sql} AS "{name}"' for name, sql in MEMBERS.items())
ROW = f"SELECT row_to_json(told)::text FROM (SELECT {TOLD}) AS told"  # noqa: S608 - of constants
# No text can hold this: inside one, every quotation mark has a backslash before it.
UNNAMED = '"category_name":null'


def rows(devices: QuerySet[Device], order: Sequence[str] = ()) -> QuerySet[Device, dict[str, Any]]:
    """The devices as JSON, with the columns that their order needs."""
    host = image_host()
    told = RawSQL(ROW, (host, host), CharField())  # noqa: S611 - of constants
    plain = (name.removeprefix("-") for name in order)
    found: QuerySet[Device, dict[str, Any]] = devices.values(
        *dict.fromkeys(("category", *plain)), told=told
    )
    return found


def written(found: Collection[Mapping[str, Any]]) -> list[bytes]:
    """Each of `rows` as JSON, in the language of this answer."""
    spoken = get_language() or "en"
    names = {kind: _named(kind, spoken) for kind in {one["category"] for one in found}}
    return [one["told"].replace(UNNAMED, names[one["category"]], 1).encode() for one in found]


def read(found: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each of `rows` as values."""
    return [msgspec.json.decode(row) for row in written(found)]


def _named(category: str, spoken: str) -> str:
    name = msgspec.json.encode(category_name(category, spoken)).decode()
    return f'"category_name":{name}'


def image_host() -> str:
    """What stands before a picture's path: the cloud gives a path on its own domain's image host.

    Proven for China only; elsewhere `images.` before the data center's domain is the best guess.
    Empty where there is none.
    """
    host = urlsplit(settings.TUYA_BASE_URL).hostname or ""
    domain = host.partition(".")[2]
    if not domain or host.replace(".", "").isdigit():
        return ""  # a bare name or a number, as of a simulated cloud, has no image host
    return f"https://images.{domain}/"
