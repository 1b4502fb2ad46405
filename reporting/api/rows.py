"""Writes cells, reports and the state of the road as REST gives them."""

from typing import Any

from reporting import outbox
from reporting.health import Health
from reporting.models import Cell, Report
from reporting.outcomes import Outcome
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
