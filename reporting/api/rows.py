"""Writes cells, reports and the state of the road as REST gives them."""

from typing import Any

from people.models import Deed
from reporting import outbox
from reporting.health import Health, Unheard
from reporting.models import Cell, MappingRow, Report
from reporting.outcomes import Outcome
from reporting.wordbook import FIELDS, Preview
from rest.times import stamp, stamp_ms

Row = dict[str, Any]
WORDS = {outcome.letter: outcome.name.lower() for outcome in Outcome}


def cell(one: Cell) -> Row:
    """One property of one device."""
    known = outbox.view(one)
    return {
        "id": one.pk,
        "device_id": known.device_key,
        "ush_device_id": known.ush_device_id,
        "property": known.property,
        "value": known.value,
        "value_at": stamp_ms(known.source_at),
        "acked_value": known.acked_value,
        "acked_known": known.acked_known,
        "acked_at": stamp(known.acked_at),
        "dirty": known.dirty,
        "dirty_since": stamp(known.first_dirty_at) if known.dirty else None,
        "lane": known.lane,
        "attempts": known.attempts,
        "next_try_at": stamp(known.next_try_at) if known.dirty else None,
        "last_error": known.last_error,
        "last_http": known.last_http,
        "discarded": known.discarded,
    }


def report(one: Report) -> Row:
    """One request to USH."""
    return {
        "id": one.pk,
        "sent_at": stamp(one.sent_at),
        "kind": one.kind,
        "devices": one.devices,
        "cells": one.cells,
        "outcome": WORDS[one.outcome],
        "row": one.outcome,
        "meaning": one.words,
        "http_status": one.http_status,
        "code": one.code,
        "business_code": one.business_code,
        "business_message": one.business_message,
        "took_ms": one.took_ms,
        "lag_ms": one.lag_ms,
    }


def road(health: Health) -> Row:
    """How the road is."""
    return {
        "state": health.state,
        "why": health.why,
        "next_try_at": stamp(health.next_try_at),
        "failures": health.failures,
        "waiting": health.waiting,
        "stuck": health.stuck,
        "oldest_at": stamp(health.oldest_at),
        "last_ok_at": stamp(health.last_ok_at),
        "lag_p50_ms": health.lag_p50_ms,
        "lag_p95_ms": health.lag_p95_ms,
        "rate": health.rate,
        "limit": health.limit,
    }


def mapping_row(one: MappingRow) -> Row:
    """One of the operator's rows."""
    same = {name: getattr(one, name) for name in ("id", *FIELDS, "enabled", "changed_by")}
    return same | {"changed_at": stamp(one.changed_at)}


def preview(tried: Preview) -> Row:
    """What a row would make of a device."""
    names = ("ush_device_id", "property", "before", "after")
    return {
        "raw": tried.raw,
        "present": tried.present,
        "changes": [{name: getattr(one, name) for name in names} for one in tried.changes],
        "unheard": list(tried.unheard),
    }


def unheard(one: Unheard) -> Row:
    """A value without a word."""
    return {
        "code": one.code,
        "value": one.value,
        "reason": one.reason,
        "devices": one.devices,
        "last_at": stamp(one.last_at),
    }


def deed(one: Deed) -> Row:
    """Something that staff did."""
    return {
        "id": one.pk,
        "at": stamp(one.at),
        "who": one.who,
        "what": one.what,
        "details": _details(one),
    }


def _details(one: Deed) -> Row:
    said: Row = {"reason": one.why} if one.why else {}
    return said | ({"devices": one.devices} if one.devices else {}) | dict(one.details)
