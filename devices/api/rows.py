"""Writes rows of the mirror as REST shows them. Never writes a secret."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext

from devices.books import Books
from devices.coverage import Interval
from devices.datapoints import Reading
from devices.history_rows import PROVENANCES
from devices.models import Operation, OperationItem, SyncRun
from devices.tuya.errors import explain
from reporting.outbox import CellView
from rest.times import stamp, stamp_ms

Row = dict[str, Any]


def language() -> str:
    """The language of this answer."""
    return get_language() or "en"


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


def ledger(known: Books) -> Row:
    """What is proven, owed and lost of a device's log."""
    return {
        "since": stamp_ms(known.since),
        "complete": [_span(part) for part in known.ledger.complete],
        "unread": [_span(part) for part in known.unread()],
        "lost": [
            [stamp_ms(part.start), stamp_ms(part.end), gettext(part.reason)]
            for part in known.ledger.lost
        ],
        "next_loss_at": stamp_ms(known.next_loss_at),
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
