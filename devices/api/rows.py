"""Writes rows of the mirror as REST shows them. Never writes a secret."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language, gettext

from devices.coverage import Interval, Ledger, unread
from devices.datapoints import Reading
from devices.history_rows import PROVENANCES
from devices.models import Operation, OperationItem, SyncRun
from devices.tuya.errors import explain
from devices.words import category_name
from reporting.outbox import CellView
from rest.times import stamp, stamp_ms

Row = dict[str, Any]

# Columns of one device; the order is that of the answer. `local_key` is not among them.
DEVICE = (
    "device_id", "name", "category", "product_id", "product__name", "online", "online_since",
    "sub", "gateway_id", "uuid", "sn", "mac", "ip", "time_zone", "owner_id", "uid", "icon",
    "model", "active_at", "created_at", "updated_at", "first_seen_at", "last_seen_at",
    "last_event_at", "state", "state_since", "state_reason", "tags", "note", "status",
)  # fmt: skip


def language() -> str:
    """The language of this answer."""
    return get_language() or "en"


def last_look() -> datetime | None:
    """When the newest complete look at the cloud began: a present device was seen at it."""
    runs = SyncRun.objects.filter(kind=SyncRun.Kind.SYNC, outcome=SyncRun.Outcome.COMPLETE)
    return runs.order_by("-started_at").values_list("started_at", flat=True).first()


def devices(found: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Devices from `values(*DEVICE)`; one look-up for all of them."""
    looked, spoken = last_look(), language()
    return [device(one, looked, spoken) for one in found]


def device(one: Mapping[str, Any], looked: datetime | None, spoken: str) -> Row:
    """One device of `values(*DEVICE)`."""
    seen = one["last_seen_at"]
    if one["state"] == "present" and looked is not None and looked > seen:
        seen = looked
    return {
        "device_id": one["device_id"],
        "name": one["name"],
        "category": one["category"],
        "category_name": category_name(one["category"], spoken),
        "product_id": one["product_id"],
        "product_name": one["product__name"] or "",
        "online": one["online"],
        "online_since": stamp(one["online_since"]),
        "sub": one["sub"],
        "gateway": one["gateway_id"],
        "uuid": one["uuid"],
        "sn": one["sn"],
        "mac": one["mac"],
        "ip": one["ip"],
        "time_zone": one["time_zone"],
        "owner_id": one["owner_id"],
        "uid": one["uid"],
        "icon_url": icon_url(one["icon"]),
        "model": one["model"],
        "active_at": stamp(one["active_at"]),
        "created_at": stamp(one["created_at"]),
        "updated_at": stamp(one["updated_at"]),
        "first_seen_at": stamp(one["first_seen_at"]),
        "last_seen_at": stamp(seen),
        "last_event_at": stamp(one["last_event_at"]),
        "state": one["state"],
        "state_since": stamp(one["state_since"]),
        "state_reason": one["state_reason"],
        "tags": one["tags"],
        "note": one["note"],
        "status": one["status"],
    }


def icon_url(icon: str) -> str:
    """The picture's address: the cloud gives a path on the image host of its own domain.

    Proven for China only; elsewhere `images.` before the data center's domain is the best guess.
    """
    if not icon or "://" in icon:
        return icon
    host = urlsplit(settings.TUYA_BASE_URL).hostname or ""
    domain = host.partition(".")[2]
    if not domain or host.replace(".", "").isdigit():
        return ""  # a bare name or a number, as of a simulated cloud, has no image host
    return f"https://images.{domain}/{icon.lstrip('/')}"


def value(reading: Reading, times: list[Any]) -> Row:
    """One data point as it stands: what the cloud sent, and what a person reads."""
    changed, received, provenance = times or (None, None, None)
    return {
        "code": reading.code,
        "name": reading.name,
        "value": reading.value,
        "raw": reading.raw,
        "text": reading.text,
        "unit": reading.unit,
        "type": reading.type,
        "kind": reading.kind,
        "valid": reading.valid,
        "problem": reading.problem,
        "changed_at": stamp_ms(changed),
        "received_at": stamp_ms(received),
        "provenance": PROVENANCES.get(provenance or 0),
    }


def ledger(known: Ledger, since: int, now: int, loses: int | None) -> Row:
    """What is proven, owed and lost of a device's log."""
    return {
        "since": stamp_ms(since),
        "complete": [_span(part) for part in known.complete],
        "unread": [_span(part) for part in unread(known, since, now)],
        "lost": [
            [stamp_ms(part.start), stamp_ms(part.end), gettext(part.reason)] for part in known.lost
        ],
        "next_loss_at": stamp_ms(loses),
    }


def _span(part: Interval) -> list[str]:
    return [stamp_ms(part.start), stamp_ms(part.end)]


def cell(known: CellView) -> Row:
    """What USH has been told of one property."""
    return {
        "device_id": known.device_key,
        "ush_device_id": known.ush_device_id,
        "property": known.property,
        "value": known.value,
        "value_at": stamp_ms(known.source_at),
        "acked_value": known.acked_value,
        "acked_known": known.acked_known,
        "acked_at": stamp(known.acked_at),
        "dirty": known.dirty,
        "lane": known.lane,
        "attempts": known.attempts,
        "next_try_at": stamp(known.next_try_at) if known.dirty else None,
        "last_error": known.last_error,
    }


def operation(one: Operation, counts: Mapping[str, int]) -> Row:
    """One order and how far it is."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "state": one.state,
        "counts": dict(counts),
        "reason": one.reason,
        "params": one.params,
        "pace_per_minute": one.pace_per_minute,
        "stop_after_failures": one.stop_after_failures,
        "stop_after_percent": one.stop_after_percent,
        "stop_percent_of": one.stop_percent_of,
        "offline": one.offline,
        "wait_until": stamp(one.wait_until),
        "plan_hash": one.plan_hash,
        "requested_by": one.requested_by_name,
        "needs_approval": one.needs_approval,
        "approved_by": one.approved_by_name,
        "approved_at": stamp(one.approved_at),
        "approved_plan_hash": one.approved_plan_hash,
        "approval_expires_at": stamp(one.approval_expires_at),
        "ended_by": one.ended_by_name,
        "created_at": stamp(one.created_at),
        "starts_at": stamp(one.starts_at),
        "started_at": stamp(one.started_at),
        "finished_at": stamp(one.finished_at),
        "retry_of": one.retry_of_id,
    }


def items(found: Iterable[OperationItem]) -> list[Row]:
    """Devices of an order, each with its own outcome."""
    spoken = language()
    return [item(one, spoken) for one in found]


def item(one: OperationItem, spoken: str) -> Row:
    """One device of an order."""
    meaning, advice = vendor(one.vendor_code, spoken)
    return {
        "position": one.position,
        "device_id": one.device_key,
        "device_name": one.device_name,
        "new_name": one.new_name,
        "outcome": one.outcome,
        "why": one.why,
        "vendor_code": one.vendor_code,
        "vendor_message": one.vendor_message,
        "meaning": meaning,
        "advice": advice,
        "attempts": one.attempts,
        "sent_at": stamp(one.sent_at),
        "settled_at": stamp(one.settled_at),
        "confirmed_at": stamp(one.confirmed_at),
        "proof": one.proof,
    }


def vendor(code: int | None, spoken: str) -> tuple[str, str]:
    """The vendor's code in words, and what to do; empty when there is none."""
    if code is None:
        return "", ""
    known = explain(code)
    if spoken.startswith("zh"):
        return known.meaning_zh, known.advice_zh
    return known.meaning_en, known.advice_en


def run(one: SyncRun) -> Row:
    """One look at the cloud."""
    meaning, advice = vendor(one.error_code, language())
    return {
        "id": one.pk,
        "kind": one.kind,
        "outcome": one.outcome,
        "started_at": stamp(one.started_at),
        "finished_at": stamp(one.finished_at),
        "seen": one.seen,
        "changed": one.changed,
        "created": one.created,
        "missing": one.missing,
        "rows": one.rows,
        "calls": one.calls,
        "error_code": one.error_code,
        "error": one.error,
        "meaning": meaning,
        "advice": advice,
    }
